import { describe, expect, it } from 'vitest';
import { metricValue, rankTrials } from '../../src/analysis/ranking.ts';
import { TuningAnalyzer } from '../../src/analysis/tuning-analyzer.ts';
import type { TrialRecord } from '../../src/store/trial-record.ts';
import { trial } from '../store/records.ts';
import { fc } from '../support/properties.ts';

const value = () =>
  fc.oneof(fc.integer({ min: -3, max: 3 }), fc.constantFrom(Number.NaN, Infinity, -Infinity, 1e300, -1e-300));

/** Trials with many ties, failures, gaps and violations. */
const trials = (): fc.Arbitrary<TrialRecord[]> =>
  fc
    .array(
      fc.record({
        status: fc.constantFrom('completed' as const, 'completed' as const, 'failed' as const),
        objective: fc.option(value()),
        metrics: fc.oneof(fc.constant({}), fc.record({ pnl: value() })),
        violation: fc.constantFrom(0, 0, 0, 0.5, 2, Number.NaN),
        session_id: fc.constantFrom('s1', 's2'),
      }),
      { maxLength: 12 },
    )
    .map((changes) => changes.map((change, n) => trial(Math.floor(n / 2) + 1, change)));

const metric = fc.constantFrom('objective', 'pnl', 'nope', 'constructor');

describe('a ranking', () => {
  it('never puts a failed trial, a non-finite value or a violation above a sound trial', () => {
    fc.assert(
      fc.property(trials(), metric, fc.boolean(), (records, by, ascending) => {
        const ranked = rankTrials(records, by, ascending);
        const sound = records.filter(
          (record) => record.violation === 0 && metricValue(record, by) !== undefined,
        );
        expect(ranked.slice(0, sound.length).every((entry) => entry.feasible)).toBe(true);
        expect(ranked.slice(sound.length).some((entry) => entry.feasible)).toBe(false);
        for (const { record, value } of ranked) {
          expect(record.status).toBe('completed');
          expect(value).toBeTypeOf('number');
          expect(Number.isFinite(value)).toBe(true);
        }
      }),
      { numRuns: 500 },
    );
  });

  it('is ordered by value, ties by iteration, and numbered from 1', () => {
    fc.assert(
      fc.property(trials(), metric, fc.boolean(), (records, by, ascending) => {
        const ranked = rankTrials(records, by, ascending);
        expect(ranked.map((entry) => entry.rank)).toEqual(ranked.map((_, position) => position + 1));
        ranked.slice(1).forEach((later, position) => {
          const earlier = ranked[position]!;
          if (!earlier.feasible || !later.feasible) return;
          const step = ascending ? later.value - earlier.value : earlier.value - later.value;
          expect(step).toBeGreaterThanOrEqual(0);
          if (step === 0) expect(later.record.iteration).toBeGreaterThanOrEqual(earlier.record.iteration);
        });
      }),
      { numRuns: 500 },
    );
  });

  it('does not depend on the order of the records', () => {
    const unique = trials().map((records) => records.map((record, n) => ({ ...record, iteration: n + 1 })));
    fc.assert(
      fc.property(unique, metric, fc.boolean(), fc.nat(), (records, by, ascending, turn) => {
        const cut = records.length === 0 ? 0 : turn % records.length;
        const shuffled = [...records.slice(cut), ...records.slice(0, cut)].toReversed();
        expect(rankTrials(shuffled, by, ascending)).toEqual(rankTrials(records, by, ascending));
      }),
    );
  });

  it('holds every completed trial with a finite value exactly once', () => {
    fc.assert(
      fc.property(trials(), metric, (records, by) => {
        const expected = records.filter((record) => metricValue(record, by) !== undefined);
        const ranked = rankTrials(records, by, false).map((entry) => entry.record);
        expect(ranked).toHaveLength(expected.length);
        expect(new Set(ranked)).toEqual(new Set(expected));
      }),
    );
  });
});

describe('the analyzer', () => {
  const records = [
    trial(1, { metrics: { pnl: 5 }, worker_id: 'w2' }),
    trial(2, { metrics: { pnl: 9 }, violation: 1 }),
    trial(3, { metrics: { pnl: 7, trades: 1 }, params: { a: 1 } }),
    trial(4, { metrics: {}, objective: null, status: 'failed', error: 'no quotes' }),
    trial(5, { metrics: { pnl: 7 }, session_id: 's2' }),
  ];
  const analyzer = new TuningAnalyzer(records);

  it('sums up what there is', () => {
    expect(analyzer.summarize()).toEqual({
      total_iterations: 5,
      completed: 4,
      violating: 1,
      pruned: 0,
      failed: 1,
      total_workers: 2,
      unique_sessions: 2,
      metrics_keys: ['pnl', 'trades'],
      param_keys: ['a', 'min_spread_pct', 'slippage_bps', 'mode', 'hedge'],
      workers: ['main', 'w2'],
      sessions: ['s1', 's2'],
    });
  });

  it('ranks highest first, or lowest, and keeps to the number asked for', () => {
    const iterations = (topN?: number, ascending?: boolean) =>
      analyzer.rankByMetric('pnl', topN, ascending).map((entry) => entry.record.iteration);
    expect(iterations()).toEqual([3, 5, 1, 2]);
    expect(iterations(5, true)).toEqual([1, 3, 5, 2]);
    expect(iterations(1)).toEqual([3]);
    expect(iterations(0)).toEqual([]);
    expect(() => iterations(-1)).toThrow('whole number >= 0, got -1');
  });

  it('gives the best params of sound trials alone', () => {
    expect(analyzer.getBestParams('pnl')).toEqual({ a: 1 });
    expect(analyzer.getBestParams('pnl', true)).toEqual(records[0]!.params);
    expect(analyzer.getBestParams('nope')).toBeUndefined();
    expect(new TuningAnalyzer([records[1]!]).getBestParams('pnl')).toBeUndefined();
  });

  it('is at ease with no trials at all', () => {
    const empty = new TuningAnalyzer([]);
    expect(empty.summarize()).toMatchObject({ total_iterations: 0, total_workers: 0, sessions: [] });
    expect(empty.rankByMetric('pnl')).toEqual([]);
  });
});
