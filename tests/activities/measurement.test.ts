import { expect, test } from 'vitest';
import { packOutcomes, toRecords } from '../../src/activities/measurement.ts';
import type { TrialOutcome } from '../../src/activities/trial-evaluator.ts';
import { fc } from '../support/properties.ts';

const metrics = fc.dictionary(
  fc.constantFrom('pnl', 'trades', 'sharpe', 'win_rate'),
  fc.double({ noNaN: true, noDefaultInfinity: true }).map((value) => (value === 0 ? 0 : value)),
);

const outcome: fc.Arbitrary<TrialOutcome> = fc.oneof(
  fc.record({
    status: fc.constant('completed' as const),
    iteration: fc.constant(1),
    metrics: metrics.map((own) => ({ ...own, pnl: 1 })),
    objectives: fc.constant([1]),
    violation: fc.constant(0),
    scenarios: metrics.map((own) => [{ scenario: 'calm', metrics: own }]),
    durationMs: fc.constant(1.5),
  }),
  fc.record({
    status: fc.constant('pruned' as const),
    iteration: fc.constant(1),
    expected: fc.constant(3),
    violation: fc.constant(0),
    scenarios: metrics.map((own) => [{ scenario: 'calm', metrics: { ...own, pnl: 2 } }]),
    durationMs: fc.constant(0.5),
  }),
  fc.record({
    status: fc.constant('failed' as const),
    iteration: fc.constant(1),
    error: fc.string({ minLength: 1 }),
    durationMs: fc.constant(0.5),
  }),
);

test('records hold exactly what was measured, after history has carried it as JSON', () => {
  fc.assert(
    fc.property(fc.array(outcome, { maxLength: 8 }), (outcomes) => {
      const numbered = outcomes.map((one, i) => ({ ...one, iteration: i + 1 }));
      const by = { workerId: 'w', attempt: 2, at: Date.UTC(2026, 0, 1) };
      const batch = packOutcomes(numbered.map((one) => ({ outcome: one, by })));
      const trials = numbered.map(({ iteration }) => ({
        iteration,
        params: { a: iteration },
        reason: 'test',
      }));
      const records = toRecords(JSON.parse(JSON.stringify(batch)), trials, { sessionId: 's', dataHash: 'd' });
      expect(records).toHaveLength(outcomes.length);
      records.forEach((record, i) => {
        const one = numbered[i];
        expect([record.iteration, record.params, record.attempt]).toEqual([i + 1, { a: i + 1 }, 2]);
        expect(record.status).toBe(one?.status);
        if (one?.status === 'failed') expect([record.error, record.objective]).toEqual([one.error, null]);
        else expect(record.scenario_metrics).toEqual(one?.scenarios);
        if (one?.status === 'completed') expect(record.metrics).toEqual(one.metrics);
        if (one?.status === 'pruned') expect([record.objective, record.metrics]).toEqual([one.expected, {}]);
      });
    }),
  );
});

test('a measurement never goes with the params of another trial', () => {
  const by = { workerId: 'w', attempt: 1, at: 0 };
  const failed: TrialOutcome = { status: 'failed', iteration: 4, error: 'bad data', durationMs: 0 };
  const batch = packOutcomes([{ outcome: failed, by }]);
  const trials = [{ iteration: 5, params: {}, reason: '' }];
  expect(() => toRecords(batch, trials, { sessionId: 's', dataHash: 'd' })).toThrow('trial 4');
});
