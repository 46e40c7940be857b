import { describe, expect, it } from 'vitest';
import { objectiveNames, paretoFront } from '../../src/analysis/pareto.ts';
import type { Objective } from '../../src/objective/objective.ts';
import { trial } from '../store/records.ts';
import { fc } from '../support/properties.ts';

const OBJECTIVES: readonly Objective[] = [
  { metric: 'net_pnl', direction: 'maximize', aggregate: { kind: 'mean' } },
  { metric: 'max_drawdown', direction: 'minimize', aggregate: { kind: 'worst' } },
  { metric: 'trades', direction: 'minimize', aggregate: { kind: 'sum' } },
];

/** A small grid, so that ties and equal trials are common. */
const value = fc.oneof(
  fc.integer({ min: -2, max: 2 }),
  fc.constantFrom(Number.NaN, Number.POSITIVE_INFINITY),
);

const trials = fc
  .array(
    fc.record({
      status: fc.constantFrom('completed' as const, 'completed' as const, 'failed' as const),
      objectives: fc.tuple(value, value, value),
      violation: fc.constantFrom(0, 0, 0, 1, Number.NaN),
    }),
    { maxLength: 20 },
  )
  .map((changes) => changes.map((change, n) => trial(n + 1, change)));

/** `a` at least as good as `b` in every objective. */
const atLeastAsGood = (a: readonly number[], b: readonly number[]) =>
  OBJECTIVES.every(({ direction }, i) => (direction === 'maximize' ? a[i]! >= b[i]! : a[i]! <= b[i]!));

describe('the Pareto front', () => {
  it('holds sound trials alone, none as good as another, and every sound trial is matched by one of them', () => {
    fc.assert(
      fc.property(trials, (records) => {
        const front = paretoFront(records, OBJECTIVES);
        for (const { record, values } of front) {
          expect(record).toMatchObject({ status: 'completed', violation: 0, objectives: values });
          expect(values.every(Number.isFinite)).toBe(true);
          const others = front.filter((other) => other.record !== record);
          expect(others.some((other) => atLeastAsGood(other.values, values))).toBe(false);
        }
        for (const { status, violation, objectives = [] } of records) {
          if (status !== 'completed' || violation !== 0 || !objectives.every(Number.isFinite)) continue;
          expect(front.some(({ values }) => atLeastAsGood(values, objectives))).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('does not depend on the order of the trials, and begins with the best by the first objective', () => {
    fc.assert(
      fc.property(
        trials.chain((records) =>
          fc.tuple(fc.constant(records), fc.shuffledSubarray(records, { minLength: records.length })),
        ),
        ([records, shuffled]) => {
          const front = paretoFront(records, OBJECTIVES);
          expect(paretoFront(shuffled, OBJECTIVES)).toEqual(front);
          const firsts = front.map(({ values }) => values[0]!);
          expect(firsts).toEqual(firsts.toSorted((a, b) => b - a));
        },
      ),
    );
  });

  it('has the earliest of equal trials', () => {
    const equal = [3, 1, 2].map((n) => trial(n, { objectives: [1, 2, 3] }));
    expect(paretoFront(equal, OBJECTIVES).map(({ record }) => record.iteration)).toEqual([1]);
  });

  it('of one objective is its best trial', () => {
    const records = [1, 2, 3].map((n) => trial(n, { objective: n % 3 }));
    expect(paretoFront(records, OBJECTIVES.slice(0, 1)).map(({ values }) => values)).toEqual([[2]]);
  });
});

describe('the names of objectives', () => {
  it('are their metrics, and say how they aggregate where a metric comes twice', () => {
    const [first, second] = OBJECTIVES as [Objective, Objective];
    expect(objectiveNames([first, second])).toEqual(['net_pnl', 'max_drawdown']);
    const cautious: Objective = { ...first, aggregate: { kind: 'cvar', alpha: 0.25 } };
    const steady: Objective = { ...first, aggregate: { kind: 'mean_minus_std', k: 2 } };
    expect(objectiveNames([first, cautious, steady])).toEqual([
      'net_pnl (mean)',
      'net_pnl (cvar 0.25)',
      'net_pnl (mean_minus_std 2)',
    ]);
  });
});
