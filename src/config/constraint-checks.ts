import { canonicalJson } from './canonical.ts';
import type { Findings } from './findings.ts';
import { isMapping, isNumber } from './written.ts';
import type { DataPath } from './yaml-source.ts';

/** Constraints of one metric that leave it no value at all: every trial of such a session would violate them. */

const PATH: DataPath = ['tuning', 'objective', 'constraints'];

interface Bound {
  readonly index: number;
  readonly metric: string;
  /** Constraints of another aggregate speak of another number. */
  readonly aggregate: string;
  readonly op: string;
  readonly value: number;
}

export function checkConstraints(constraints: unknown, findings: Findings): void {
  if (!Array.isArray(constraints)) return;
  const bounds = constraints.flatMap(toBound);
  for (const later of bounds) {
    const earlier = bounds.find((one) => one.index < later.index && excludes(one, later));
    if (!earlier) continue;
    const at = findings.positionOf([...PATH, earlier.index]);
    findings.add({
      path: [...PATH, later.index],
      code: 'CONFLICT',
      message: `no trial can keep it: ${shown(later)}, and ${shown(earlier)} at ${at}`,
      hint: 'Leave room between the two, or remove one',
    });
  }
}

function toBound(written: unknown, index: number): Bound[] {
  if (!isMapping(written)) return [];
  const { metric, op, value, aggregate = 'worst' } = written;
  if (typeof metric !== 'string' || typeof op !== 'string' || !isNumber(value)) return [];
  return [{ index, metric, op, value, aggregate: canonicalJson(aggregate) }];
}

/** Whether no value can keep both. What is kept from below is at most what is kept from above, over any scenarios. */
function excludes(a: Bound, b: Bound): boolean {
  if (a.metric !== b.metric || a.aggregate !== b.aggregate) return false;
  return isAbove(a, b) || isAbove(b, a);
}

/** Whether what `low` asks for lies wholly above what `high` allows. */
function isAbove(low: Bound, high: Bound): boolean {
  const fromBelow = low.op === '==' || low.op.startsWith('>');
  const fromAbove = high.op === '==' || high.op.startsWith('<');
  if (!fromBelow || !fromAbove) return false;
  const isStrict = low.op === '>' || high.op === '<';
  return low.value > high.value || (isStrict && low.value === high.value);
}

function shown({ metric, op, value }: Bound): string {
  return `${metric} ${op} ${value}`;
}
