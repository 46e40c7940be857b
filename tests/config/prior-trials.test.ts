import { describe, expect, test } from 'vitest';
import { packPrior, selectPrior, unpackPrior } from '../../src/config/prior-trials.ts';
import type { SearchSpace } from '../../src/search-space/space.ts';
import type { TrialRecord } from '../../src/store/trial-record.ts';
import { MAX_PRIOR_TRIALS } from '../../src/workflows/limits.ts';
import { aSpec } from '../workflows/a-spec.ts';

const space: SearchSpace = {
  a: { type: 'float', bounds: [0, 1], step: 0.1 },
  mode: { type: 'categorical', choices: ['x', 'y'] },
  b: { type: 'int', bounds: [0, 30], when: { mode: ['y'] } },
};
const spec = aSpec({ space, fixed: { c: 5 } });

function trial(iteration: number, changes: Partial<TrialRecord> = {}): TrialRecord {
  return {
    ...{ session_id: 's', worker_id: 'w', iteration, status: 'completed', timestamp: '' },
    ...{ params: { a: 0.2, mode: 'x' }, metrics: {}, objective: 1, violation: 0 },
    scenario_metrics: [
      { scenario: 'one', metrics: { pnl: iteration, trades: 2 } },
      { scenario: 'two', metrics: { pnl: iteration + 2, trades: 4 } },
    ],
    ...{ duration_ms: 1, attempt: 1, data_hash: 'data' },
    ...changes,
  };
}

const select = (records: readonly TrialRecord[], anyway = false, of = spec) => {
  const { known, leftOut } = selectPrior(of, records, anyway);
  return {
    known: known.map(({ params, losses }) => ({ params, losses })),
    leftOut: Object.fromEntries(leftOut),
  };
};

describe('what a session may learn from', () => {
  test.for<[string, TrialRecord['params'], string]>([
    ['below a bound', { a: -0.1, mode: 'x' }, 'a outside the search space'],
    ['between two steps', { a: 0.25, mode: 'x' }, 'a outside the search space'],
    ['of another type', { a: '0.2', mode: 'x' }, 'a outside the search space'],
    ['another choice', { a: 0.2, mode: 'z' }, 'mode outside the search space'],
    ['without a param', { mode: 'x' }, 'a missing'],
    ['without a param whose condition holds', { a: 0.2, mode: 'y' }, 'b missing'],
    ['with one whose condition does not hold', { a: 0.2, mode: 'x', b: 3 }, 'b without effect here'],
    ['with one that is fixed otherwise', { a: 0.2, mode: 'x', c: 6 }, 'c not searched here'],
    ['with one that is not searched', { a: 0.2, mode: 'x', d: 1 }, 'd not searched here'],
  ])('not a trial %s', ([, params, why]) => {
    expect(select([trial(1, { params })])).toEqual({ known: [], leftOut: { [why]: 1 } });
  });

  test('a trial of the space, in its own form, scored by the session’s objective', () => {
    const params = { c: 5, mode: 'x', a: 0.1 + 0.2 };
    expect(select([trial(3, { params, objective: 999 })])).toEqual({
      known: [{ params: { a: 0.3, mode: 'x' }, losses: [-4] }],
      leftOut: {},
    });
    const objective = {
      objectives: [{ metric: 'trades', direction: 'minimize', aggregate: { kind: 'worst' } }],
      constraints: [],
      weights: {},
    } as const;
    expect(select([trial(3)], false, { ...spec, objective }).known[0]?.losses).toEqual([4]);
  });

  test('no failed, pruned or half-told trial; of a point measured twice the later one', () => {
    const records = [
      trial(1),
      trial(2, { status: 'failed', objective: null, scenario_metrics: [] }),
      trial(3, { status: 'pruned' }),
      trial(4, { scenario_metrics: [] }),
      trial(5, { scenario_metrics: [{ scenario: 'one', metrics: { trades: 1 } }] }),
      trial(6),
    ];
    expect(select(records)).toEqual({
      known: [{ params: { a: 0.2, mode: 'x' }, losses: [-7] }],
      leftOut: {
        ...{ failed: 1, pruned: 1, 'no metrics by scenario': 1, 'pnl not measured': 1 },
        'measured again later': 1,
      },
    });
  });

  test('anyway: what is not searched is left out of a trial, and a bare objective is taken as it stands', () => {
    const records = [
      trial(1, { params: { a: 0.1, mode: 'x', b: 3, d: 1 } }),
      trial(2, { params: { a: 0.3, mode: 'x' }, scenario_metrics: [], objective: 8 }),
      trial(3, { params: { a: 7, mode: 'x' } }),
    ];
    expect(select(records, true)).toEqual({
      known: [
        { params: { a: 0.1, mode: 'x' }, losses: [-2] },
        { params: { a: 0.3, mode: 'x' }, losses: [-8] },
      ],
      leftOut: { 'a outside the search space': 1 },
    });
  });

  test('of too many, the best and the newest', () => {
    const wide = aSpec({ space: { n: { type: 'int', bounds: [0, 5_000] } } });
    const count = MAX_PRIOR_TRIALS + 200;
    // The best are the first.
    const records = Array.from({ length: count }, (_, i) =>
      trial(i + 1, {
        params: { n: i },
        scenario_metrics: [{ scenario: 'one', metrics: { pnl: -i } }],
      }),
    );
    const { known, leftOut } = select(records, false, wide);
    expect(leftOut).toEqual({ 'neither best nor newest': 200 });
    const half = MAX_PRIOR_TRIALS / 2;
    expect(known.map(({ params }) => params.n)).toEqual([
      ...Array.from({ length: half }, (_, i) => i),
      ...Array.from({ length: half }, (_, i) => count - half + i),
    ]);
  });
});

test('packed for its way, and unpacked as trials before the first', () => {
  const { known } = selectPrior(spec, [trial(1), trial(2, { params: { a: 0.5, mode: 'y', b: 4 } })], false);
  const prior = { source: 's', trials: JSON.parse(JSON.stringify(packPrior(spec, known))) };
  expect(unpackPrior({ ...spec, prior })).toEqual([
    { iteration: -1, params: { a: 0.2, mode: 'x' }, losses: [-2], violation: 0 },
    { iteration: 0, params: { a: 0.5, mode: 'y', b: 4 }, losses: [-3], violation: 0 },
  ]);
});
