import { MockActivityEnvironment } from '@temporalio/testing';
import { expect, test } from 'vitest';
import type { SearchedBatch, VisibleTrials } from '../../src/activities/activities.ts';
import { searchTrials } from '../../src/activities/search-trials.ts';
import type { TrialEvaluator, TrialOutcome } from '../../src/activities/trial-evaluator.ts';
import type { SessionSpec } from '../../src/config/session-spec.ts';
import type { FinishedTrial } from '../../src/optimizers/optimizer.ts';
import { finishedTrial } from '../../src/workflows/losses.ts';
import { fc } from '../support/properties.ts';
import { aSpec } from '../workflows/a-spec.ts';

/** Asks and measurements in turn by one worker: the same trials, however they are grouped and whatever dies. */

const spec = aSpec({ optimizer: { method: 'bayesian', seed: 5, gridPoints: 3, sampler: 'sobol' } });
const NOTHING: VisibleTrials = { finished: [], pending: [] };

/** An engine whose objective has one top; trials of `failing` fail. */
function engine(failing: readonly number[] = []): TrialEvaluator & { readonly measured: number[] } {
  const measured: number[] = [];
  return {
    measured,
    async evaluate(_spec, trials, { onOutcome }) {
      for (const { iteration, params } of trials) {
        measured.push(iteration);
        const head = { iteration, durationMs: 1 };
        const objective = -((Number(params.a) - 0.3) ** 2) - (Number(params.b) - 12) ** 2;
        const outcome: TrialOutcome = failing.includes(iteration)
          ? { ...head, status: 'failed', error: 'bad data' }
          : {
              ...head,
              status: 'completed',
              metrics: {},
              objectives: [objective],
              violation: 0,
              scenarios: [],
            };
        onOutcome(outcome);
      }
    },
    async close() {},
  };
}

interface Search {
  readonly iterations: readonly number[];
  readonly window?: number;
  readonly visible?: VisibleTrials;
  readonly evaluator?: TrialEvaluator;
  readonly spec?: SessionSpec;
  readonly failuresLeft?: number;
  readonly heartbeatDetails?: unknown;
}

async function search(options: Search): Promise<SearchedBatch> {
  const { iterations, window = 1, visible = NOTHING, failuresLeft = 10 } = options;
  const environment = new MockActivityEnvironment({ heartbeatDetails: options.heartbeatDetails });
  const input = { specHash: 'spec', iterations, window, fresh: [], finished: 0, failuresLeft };
  return await environment.run(() =>
    searchTrials(
      environment.context,
      options.spec ?? spec,
      input,
      visible,
      options.evaluator ?? engine(),
      'w',
      Number.POSITIVE_INFINITY,
    ),
  );
}

const upTo = (last: number, first = 1) => Array.from({ length: last - first + 1 }, (_, i) => first + i);
const paramsOf = ({ trials }: SearchedBatch) =>
  trials.map(({ iteration, params }) => ({ iteration, params }));

function finishedOf({ trials, measured }: SearchedBatch): FinishedTrial[] {
  return measured.trials.map((measurement, i) => finishedTrial(spec, trials[i]?.params ?? {}, measurement));
}

test('a search cut anywhere finds the same trials as in one go, with any number in flight', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 1, max: 13 }), async (window, cut) => {
      const whole = await search({ iterations: upTo(14), window });
      const first = await search({ iterations: upTo(cut), window });
      const visible = { finished: finishedOf(first), pending: [] };
      const rest = await search({ iterations: upTo(14, cut + 1), window, visible });
      expect([...paramsOf(first), ...paramsOf(rest)]).toEqual(paramsOf(whole));
    }),
    { numRuns: 12 },
  );
});

test('an attempt goes on from what the one before had measured, and measures nothing twice', async () => {
  const whole = await search({ iterations: upTo(12), window: 3 });
  const details = finishedOf(whole).slice(0, 7);
  const heartbeatDetails = details.map(({ iteration, params, losses }) => ({
    trial: { iteration, params, reason: 'before' },
    outcome: {
      ...{ status: 'completed', iteration, durationMs: 1, metrics: {}, violation: 0, scenarios: [] },
      objectives: losses?.map((loss) => -loss),
    },
    by: { workerId: 'dead', attempt: 1, at: 0 },
  }));
  const evaluator = engine();
  const resumed = await search({ iterations: upTo(12), window: 3, evaluator, heartbeatDetails });
  expect(evaluator.measured.toSorted((a, b) => a - b)).toEqual(upTo(12, 8));
  expect(paramsOf(resumed)).toEqual(paramsOf(whole));
  expect(resumed.measured.trials.map(({ workerId }) => workerId)).toEqual([
    ...Array(7).fill('dead'),
    ...Array(5).fill('w'),
  ]);
});

test('it ends where a stopping rule says so, and at the end of an exhausted space', async () => {
  const patient = { ...spec, stopping: { patience: 3 } };
  const stopped = await search({ iterations: upTo(30), spec: patient });
  expect(stopped.end).toEqual({ kind: 'enough', why: 'no better trial in the last 3' });
  const objectives = stopped.measured.trials.map(({ objectives = [] }) => objectives[0] as number);
  expect(objectives.indexOf(Math.max(...objectives))).toBe(objectives.length - 4);

  const tiny = { ...spec, space: { on: { type: 'bool' as const } } };
  const exhausted = await search({ iterations: upTo(5), spec: tiny });
  expect(exhausted.trials).toHaveLength(2);
  expect(exhausted.end).toEqual({ kind: 'exhausted' });
});

test('it ends as soon as more trials have failed than may', async () => {
  const { measured, end } = await search({
    iterations: upTo(20),
    evaluator: engine([2, 4, 5]),
    failuresLeft: 2,
  });
  expect(measured.trials.map(({ error }) => error !== undefined)).toEqual([false, true, false, true, true]);
  expect(end).toBeUndefined();
});
