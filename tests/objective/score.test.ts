import { expect, test } from 'vitest';
import { aggregate } from '../../src/objective/aggregate.ts';
import type { Aggregation, Constraint, ObjectiveSettings } from '../../src/objective/objective.ts';
import { scoreTrial } from '../../src/objective/score.ts';
import { fc } from '../support/properties.ts';

const scenarios = [
  { scenario: 'a', metrics: { pnl: 10, drawdown: 5 } },
  { scenario: 'b', metrics: { pnl: -2, drawdown: 1 } },
  { scenario: 'c', metrics: { pnl: 4, drawdown: 9 } },
];

function settings(parts: Partial<ObjectiveSettings> & { how?: Aggregation } = {}): ObjectiveSettings {
  return {
    objectives: [{ metric: 'pnl', direction: 'maximize', aggregate: parts.how ?? { kind: 'mean' } }],
    constraints: [],
    weights: {},
    ...parts,
  };
}

const cases: readonly [Aggregation, maximized: number, minimized: number][] = [
  [{ kind: 'mean' }, 4, 4],
  [{ kind: 'sum' }, 12, 12],
  [{ kind: 'median' }, 4, 4],
  [{ kind: 'worst' }, -2, 10],
  [{ kind: 'mean_minus_std', k: 2 }, 4 - 2 * Math.sqrt(24), 4 + 2 * Math.sqrt(24)],
  [{ kind: 'cvar', alpha: 1 / 3 }, -2, 10],
  [{ kind: 'cvar', alpha: 0.5 }, (-2 + 0.5 * 4) / 1.5, (10 + 0.5 * 4) / 1.5],
  [{ kind: 'cvar', alpha: 1 }, 4, 4],
];

test.each(cases)(
  '%o over the scenarios, on the worse side of each direction',
  (how, maximized, minimized) => {
    const values = scenarios.map(({ metrics }) => ({ value: metrics.pnl, weight: 1 }));
    expect(aggregate(values, how, 'maximize')).toBeCloseTo(maximized, 12);
    expect(aggregate(values, how, 'minimize')).toBeCloseTo(minimized, 12);
  },
);

test('weights count as often in means; a scenario of weight 0 does not count at all', () => {
  const weights = { a: 3, b: 0 };
  expect(scoreTrial(settings({ weights }), scenarios).objectives).toEqual([(3 * 10 + 4) / 4]);
  expect(scoreTrial(settings({ weights, how: { kind: 'worst' } }), scenarios).objectives).toEqual([4]);
  expect(scoreTrial(settings({ weights, how: { kind: 'sum' } }), scenarios).objectives).toEqual([34]);
  expect(scoreTrial(settings({ weights }), scenarios).metrics.drawdown).toBe((3 * 5 + 9) / 4);
});

test.each([
  ['<=', 4, 5],
  ['<=', 9, 0],
  ['<', 9, 1e-9],
  ['<', 8, 1],
  ['>=', 1, 0],
  ['>=', 3, 2],
  ['>', 1, 1e-9],
  ['==', 9, 8],
  ['==', 5, 4],
  ['==', 1, 8],
] as const)('a constraint drawdown %s %d on the worst scenario is missed by %d', (op, value, violation) => {
  const constraint: Constraint = { metric: 'drawdown', op, value, aggregate: { kind: 'worst' } };
  expect(scoreTrial(settings({ constraints: [constraint] }), scenarios).violation).toBe(violation);
});

test('an equality by the worst scenario holds on each of them, from above and from below', () => {
  const constraint: Constraint = { metric: 'drawdown', op: '==', value: 5, aggregate: { kind: 'worst' } };
  const violationAt = (...values: number[]) =>
    scoreTrial(
      settings({ constraints: [constraint] }),
      values.map((drawdown, i) => ({ scenario: `s${i}`, metrics: { pnl: 0, drawdown } })),
    ).violation;
  expect(violationAt(5, 5)).toBe(0);
  expect(violationAt(2, 5)).toBe(3);
  expect(violationAt(5, 9)).toBe(4);
});

test('a constraint on the worst scenario holds when it holds on each, whatever its operator', () => {
  const holds = {
    '<=': (x: number, value: number) => x <= value,
    '<': (x: number, value: number) => x < value,
    '>=': (x: number, value: number) => x >= value,
    '>': (x: number, value: number) => x > value,
    '==': (x: number, value: number) => x === value,
  };
  const ops = Object.keys(holds) as Constraint['op'][];
  const few = fc.integer({ min: 0, max: 2 });
  const seen = { kept: 0, missed: 0 };
  fc.assert(
    fc.property(
      fc.array(few, { minLength: 1, maxLength: 3 }),
      few,
      fc.constantFrom(...ops),
      (trades, value, op) => {
        const measured = trades.map((x, i) => ({ scenario: `s${i}`, metrics: { pnl: 0, trades: x } }));
        const constraint: Constraint = { metric: 'trades', op, value, aggregate: { kind: 'worst' } };
        const kept = scoreTrial(settings({ constraints: [constraint] }), measured).violation === 0;
        expect(kept).toBe(trades.every((x) => holds[op](x, value)));
        seen[kept ? 'kept' : 'missed']++;
      },
    ),
    { numRuns: 500 },
  );
  expect(Math.min(seen.kept, seen.missed)).toBeGreaterThan(100);
});

test('violations of several constraints add up; several objectives keep their order', () => {
  const mean = { kind: 'mean' } as const;
  const score = scoreTrial(
    settings({
      objectives: [
        { metric: 'pnl', direction: 'maximize', aggregate: mean },
        { metric: 'drawdown', direction: 'minimize', aggregate: { kind: 'worst' } },
      ],
      constraints: [
        { metric: 'drawdown', op: '<=', value: 4, aggregate: mean },
        { metric: 'pnl', op: '>=', value: 6, aggregate: mean },
      ],
    }),
    scenarios,
  );
  expect(score.objectives).toEqual([4, 9]);
  expect(score.violation).toBe(1 + 2);
});

test('a metric that a scenario does not have is an error that names both', () => {
  const partial = [...scenarios, { scenario: 'd', metrics: { drawdown: 1 } }];
  expect(() => scoreTrial(settings(), partial)).toThrow('The metric pnl is not measured on the scenario d');
  const score = scoreTrial(settings({ weights: { d: 0 } }), partial);
  expect(score.objectives).toEqual([4]);
});

test('every aggregation of equal values is that value, and no worse side is better than the mean', () => {
  const values = fc.array(
    fc.record({
      value: fc.double({ min: -1e6, max: 1e6, noNaN: true }),
      weight: fc.integer({ min: 1, max: 9 }),
    }),
    { minLength: 1, maxLength: 12 },
  );
  fc.assert(
    fc.property(values, fc.double({ min: 0.01, max: 1, noNaN: true }), (list, alpha) => {
      const mean = aggregate(list, { kind: 'mean' }, 'maximize');
      for (const how of [
        { kind: 'worst' },
        { kind: 'cvar', alpha },
        { kind: 'mean_minus_std', k: 1 },
      ] as const) {
        const slack = 1e-6;
        expect(aggregate(list, how, 'maximize')).toBeLessThanOrEqual(mean + slack);
        expect(aggregate(list, how, 'minimize')).toBeGreaterThanOrEqual(mean - slack);
        const equal = list.map(({ weight }) => ({ value: 7, weight }));
        expect(aggregate(equal, how, 'maximize')).toBeCloseTo(7, 9);
      }
    }),
    { seed: 21 },
  );
});
