import type { ScenarioStep } from '../market-data/scenario.ts';
import type { Findings } from './findings.ts';
import { isMapping, isNumber } from './written.ts';

/** What a scenario may not be although each of its keys is right. Works on the data as written, beside other errors. */

export function checkSource(data: unknown, findings: Findings): void {
  if (!isMapping(data)) return;
  const given = ['steps', 'generator', 'data'].filter((key) => data[key] !== undefined);
  if (given.length === 0) {
    const message = 'the scenario has no quotes';
    findings.add({ path: [], code: 'MISSING', message, hint: 'Give it steps, a generator or data' });
  }
  for (const key of given.slice(1)) {
    const message = `the quotes come from ${given[0]} already; ${given.join(' and ')} cannot be combined`;
    findings.add({ path: [key], at: 'key', code: 'CONFLICT', message, hint: 'Keep one of them' });
  }
}

/** What a step may not be beside the others and in itself; a value of the wrong kind is the schema's finding. */
export function checkSteps(data: unknown, findings: Findings): void {
  const steps = isMapping(data) ? data.steps : undefined;
  if (!Array.isArray(steps)) return;
  let before: { t: number; index: number } | undefined;
  steps.forEach((step: unknown, index) => {
    if (!isMapping(step)) return;
    checkBook(step, 'upbit', index, findings);
    checkBook(step, 'binance', index, findings);
    if (!isNumber(step.t)) return;
    if (before !== undefined && step.t <= before.t) {
      const what = step.t === before.t ? 'the same time as' : 'before';
      const message = `step ${index + 1} at t = ${step.t} is ${what} step ${before.index + 1} at t = ${before.t}`;
      findings.add({ path: ['steps', index, 't'], code: 'TIME_ORDER', message, hint: 'Times must rise' });
    }
    before = { t: step.t, index };
  });
}

function checkBook(
  step: Readonly<Record<string, unknown>>,
  venue: 'upbit' | 'binance',
  index: number,
  findings: Findings,
): void {
  const bidKey = `${venue}_bid` satisfies keyof ScenarioStep;
  const bid = step[bidKey];
  const ask = step[`${venue}_ask`];
  if (!isNumber(bid) || !isNumber(ask) || bid <= ask) return;
  const message = `the ${venue} book of step ${index + 1} is crossed: bid ${bid} is above ask ${ask}`;
  findings.add({
    path: ['steps', index, bidKey],
    code: 'CROSSED_BOOK',
    message,
    hint: 'A bid is at most the ask',
  });
}
