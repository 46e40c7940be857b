import { STRATEGY_PARAMS } from '../paper-engine/params.ts';
import type { Findings } from './findings.ts';
import { nearestName } from './nearest.ts';
import { isMapping, isNumber, tidy, type Written } from './written.ts';
import type { DataPath } from './yaml-source.ts';

/**
 * What a search space may not be although each of its keys is right. Works on the data as written, so that it finds
 * what it can beside other errors; what is not of the right kind is left to the schema.
 */

export const SPACE_PATH: DataPath = ['tuning', 'search_space'];

/** `low + k * step` may miss `high` by this share of the range: 0.1 has no exact binary form. */
const STEP_TOLERANCE = 1e-9;

export function checkSpace(space: unknown, findings: Findings): void {
  if (!isMapping(space)) return;
  if (Object.keys(space).length === 0) {
    const hint = 'Add a parameter, such as slippage_bps: { type: int, bounds: [1, 30] }';
    findings.add({
      path: SPACE_PATH,
      at: 'key',
      code: 'EMPTY_SPACE',
      message: 'empty: there is nothing to search',
      hint,
    });
  }
  for (const [name, parameter] of Object.entries(space)) {
    const path = [...SPACE_PATH, name];
    checkParamName(name, path, findings);
    if (!isMapping(parameter)) continue;
    checkKind(name, parameter, path, findings);
    checkBounds(name, parameter, path, findings);
    checkChoices(name, parameter, path, findings);
  }
}

/** Every name of `search_space`, `fixed` and `enqueue` must be a parameter of the strategy. */
export function checkParamName(name: string, path: DataPath, findings: Findings): void {
  if (Object.hasOwn(STRATEGY_PARAMS, name)) return;
  const names = Object.keys(STRATEGY_PARAMS);
  const nearest = nearestName(name, names);
  findings.add({
    path,
    at: 'key',
    code: 'UNKNOWN_PARAM',
    message: `the strategy has no such parameter; it has ${names.join(', ')}`,
    hint: nearest === undefined ? undefined : `Did you mean ${nearest}?`,
  });
}

function checkBounds(name: string, parameter: Written, path: DataPath, findings: Findings): void {
  const { bounds, log, step } = parameter;
  if (!Array.isArray(bounds) || bounds.length !== 2) return;
  const [low, high] = bounds as [unknown, unknown];
  if (!isNumber(low) || !isNumber(high)) return;
  const at: DataPath = [...path, 'bounds'];
  if (low > high) {
    const message = `low must be below high, got ${low} and ${high}`;
    findings.add({ path: [...at, 0], code: 'BOUNDS', message, hint: `Write [${high}, ${low}]` });
    return;
  }
  if (low === high) {
    const message = `low and high are both ${low}: there is nothing to search`;
    const hint = `Remove ${name} here and write it under fixed: { ${name}: ${low} }`;
    findings.add({ path: at, code: 'BOUNDS', message, hint });
    return;
  }
  if (log === true && low <= 0) {
    const least = parameter.type === 'int' ? 'at least 1' : 'above 0';
    findings.add({
      path: [...at, 0],
      code: 'BOUNDS',
      message: `with log: true, low must be ${least}, got ${low}`,
    });
  }
  if (isNumber(step) && step > 0) checkStep(low, high, step, log === true, path, findings);
  checkRange(name, [low, high], at, findings);
}

function checkStep(
  low: number,
  high: number,
  step: number,
  log: boolean,
  path: DataPath,
  findings: Findings,
): void {
  const at: DataPath = [...path, 'step'];
  if (log) {
    const message = 'step and log: true cannot be combined';
    findings.add({ path: at, at: 'key', code: 'STEP', message, hint: 'Remove one of the two' });
    return;
  }
  const steps = (high - low) / step;
  if (steps < 1 - STEP_TOLERANCE) {
    const message = `step ${step} is larger than the range from ${low} to ${high}: only ${low} would be reached`;
    findings.add({ path: at, code: 'STEP', message, hint: `Write a step of at most ${tidy(high - low)}` });
  } else if (Math.abs(steps - Math.round(steps)) > STEP_TOLERANCE * steps) {
    const last = tidy(low + Math.floor(steps) * step);
    const message = `step ${step} does not divide the range from ${low} to ${high}: the last value reached is ${last}`;
    findings.add({
      path: at,
      code: 'STEP',
      message,
      hint: `Write bounds: [${low}, ${last}], or a step that divides`,
    });
  }
}

function checkChoices(name: string, parameter: Written, path: DataPath, findings: Findings): void {
  const { choices } = parameter;
  if (!Array.isArray(choices)) return;
  choices.forEach((choice: unknown, index) => {
    const at: DataPath = [...path, 'choices', index];
    const first = choices.indexOf(choice);
    if (first !== index && ['number', 'string', 'boolean'].includes(typeof choice)) {
      const message = `the choice ${JSON.stringify(choice)} is already listed at ${findings.positionOf([...path, 'choices', first])}`;
      findings.add({ path: at, code: 'DUPLICATE', message, hint: 'Remove one of the two' });
    } else {
      checkStrategyValue(name, choice, at, findings);
    }
  });
}

/** A value of a strategy parameter: of its kind and in its range. Unknown names are somebody else's finding. */
export function checkStrategyValue(name: string, value: unknown, path: DataPath, findings: Findings): void {
  const param = strategyParam(name);
  if (param === undefined || !['number', 'string', 'boolean'].includes(typeof value)) return;
  const whole = param.type === 'int';
  const [low, high] = param.range;
  if (isNumber(value) && value >= low && value <= high && (!whole || Number.isInteger(value))) return;
  const message = `expected a ${whole ? 'whole ' : ''}number from ${low} to ${high}${unit(param.unit)}, got ${JSON.stringify(value)}`;
  findings.add({ path, code: 'BAD_VALUE', message });
}

function checkRange(name: string, bounds: readonly number[], path: DataPath, findings: Findings): void {
  const param = strategyParam(name);
  if (param === undefined) return;
  const [low, high] = param.range;
  bounds.forEach((bound, index) => {
    if (bound >= low && bound <= high) return;
    const message = `the strategy takes ${low} to ${high}${unit(param.unit)}, got ${bound}`;
    findings.add({ path: [...path, index], code: 'BOUNDS', message });
  });
}

function checkKind(name: string, parameter: Written, path: DataPath, findings: Findings): void {
  const param = strategyParam(name);
  if (param === undefined) return;
  const at: DataPath = [...path, 'type'];
  if (parameter.type === 'bool') {
    const message = 'the strategy takes a number here, not true or false';
    findings.add({ path: at, code: 'BAD_VALUE', message, hint: `Write type: ${param.type}` });
  } else if (parameter.type === 'float' && param.type === 'int') {
    const message = 'the strategy takes whole numbers only';
    findings.add({ path: at, code: 'BAD_VALUE', message, hint: 'Write type: int' });
  }
}

interface StrategyParam {
  readonly unit: string;
  readonly type: string;
  readonly range: readonly [number, number];
}

function strategyParam(name: string): StrategyParam | undefined {
  return Object.hasOwn(STRATEGY_PARAMS, name)
    ? STRATEGY_PARAMS[name as keyof typeof STRATEGY_PARAMS]
    : undefined;
}

function unit(text: string): string {
  return text === '' ? '' : ` ${text}`;
}
