import type { MetricMeter } from '@temporalio/common';
import type { TrialEvaluator, TrialOutcome } from '../../activities/trial-evaluator.ts';
import type { ResultStore } from '../../store/result-store.ts';

/** What a worker counts of its trials, in Temporal's own meter, so that one page shows both; nothing where nobody asks. */

const SECONDS_PER_MS = 1 / 1_000;

/** Buckets in seconds: a trial takes a tenth of a millisecond on a small data set and minutes on a huge one. */
export const HISTOGRAM_BUCKETS = {
  arbtune_trial_duration_seconds: [0.0001, 0.0005, 0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 10, 60, 300],
  arbtune_store_write_duration_seconds: [0.001, 0.005, 0.01, 0.05, 0.1, 0.5, 1, 5, 30],
} satisfies Record<string, number[]>;

/** Counts the batches and trials that go through the evaluator. */
export function meteredEvaluator(evaluator: TrialEvaluator, meter: MetricMeter): TrialEvaluator {
  const trials = meter.createCounter('arbtune_trials', undefined, 'Trials measured here, by outcome');
  const durations = meter.createHistogram(
    'arbtune_trial_duration_seconds',
    'float',
    undefined,
    'Time on the paper engine, of a trial',
  );
  const batches = meter.createCounter('arbtune_batches', undefined, 'Batches of trials taken up');
  const inFlight = meter.createGauge('arbtune_trials_in_flight', 'int', undefined, 'Trials being measured');
  let running = 0;
  const change = (by: number) => {
    running += by;
    inFlight.set(running);
  };
  const statuses: readonly TrialOutcome['status'][] = ['completed', 'pruned', 'failed'];
  for (const status of statuses) trials.add(0, { status });
  batches.add(0);
  change(0);
  return {
    async evaluate(spec, requested, options) {
      batches.add(1);
      change(requested.length);
      let left = requested.length;
      try {
        await evaluator.evaluate(spec, requested, {
          ...options,
          onOutcome(outcome) {
            left -= 1;
            change(-1);
            trials.add(1, { status: outcome.status });
            durations.record(outcome.durationMs * SECONDS_PER_MS);
            options.onOutcome(outcome);
          },
        });
      } finally {
        change(-left);
      }
    },
    close: () => evaluator.close(),
  };
}

/** Times the writes of trials to the store, and counts those that failed. */
export function meteredStore(store: ResultStore, meter: MetricMeter): ResultStore {
  const durations = meter.createHistogram(
    'arbtune_store_write_duration_seconds',
    'float',
    undefined,
    'One write of trials to the result store',
  );
  const failures = meter.createCounter(
    'arbtune_store_write_failures',
    undefined,
    'Writes of trials that the store did not take',
  );
  failures.add(0);
  const saveTrials: ResultStore['saveTrials'] = async (records) => {
    const began = performance.now();
    try {
      await store.saveTrials(records);
      durations.record((performance.now() - began) * SECONDS_PER_MS);
    } catch (error) {
      failures.add(1);
      throw error;
    }
  };
  return new Proxy(store, {
    get(target, name) {
      if (name === 'saveTrials') return saveTrials;
      const value: unknown = Reflect.get(target, name, target);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
}
