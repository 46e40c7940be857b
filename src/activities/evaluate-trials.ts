import { ApplicationFailure, type Context } from '@temporalio/activity';
import type { SessionSpec } from '../config/session-spec.ts';
import { ArbtuneError } from '../errors.ts';
import { DataNotHere } from '../market-data/find-data.ts';
import { DATA_NOT_HERE } from '../workflows/names.ts';
import type { EvaluateInput, Rival } from './activities.ts';
import { heartbeatDetails, heartbeating } from './heartbeat.ts';
import type { MeasuredBatch } from './measured-batch.ts';
import { type MeasuredOutcome, packOutcomes } from './measurement.ts';
import type { TrialEvaluator, TrialRequest } from './trial-evaluator.ts';

/** A batch of trials on the paper engine, heartbeating what is finished: a batch that dies half-way goes on from there. */

/** Heartbeats carry every finished trial; more often than this they would cost more than they save. */
export const HEARTBEAT_EVERY_MS = 500;

export async function evaluateTrials(
  context: Context,
  spec: SessionSpec,
  input: EvaluateInput & { readonly rivals: readonly Rival[] },
  evaluator: TrialEvaluator,
  workerId: string,
): Promise<MeasuredBatch> {
  const measured = new Map<number, MeasuredOutcome>();
  for (const earlier of heartbeatDetails<MeasuredOutcome>(context))
    measured.set(earlier.outcome.iteration, earlier);
  const trials = input.trials
    .filter(({ iteration }) => !measured.has(iteration))
    .map((trial) => withRivals(spec, input, trial));
  await heartbeating(
    context,
    HEARTBEAT_EVERY_MS,
    () => [...measured.values()],
    () =>
      measureTrials(context, spec, trials, evaluator, workerId, (found) =>
        measured.set(found.outcome.iteration, found),
      ),
  );
  return packOutcomes(
    input.trials.map(({ iteration }) => found(measured, iteration)),
    spec.pruner && spec.objective.objectives[0]?.metric,
  );
}

/** Measures the trials, in any order, telling of each as it ends. */
export async function measureTrials(
  context: Context,
  spec: SessionSpec,
  trials: readonly TrialRequest[],
  evaluator: TrialEvaluator,
  workerId: string,
  onMeasured: (measured: MeasuredOutcome) => void,
): Promise<void> {
  try {
    await evaluator.evaluate(spec, trials, {
      signal: context.cancellationSignal,
      onOutcome: (outcome) =>
        onMeasured({ outcome, by: { workerId, attempt: context.info.attempt, at: Date.now() } }),
    });
  } catch (error) {
    // Another worker may have it, or this one later.
    if (error instanceof DataNotHere) throw ApplicationFailure.retryable(error.message, DATA_NOT_HERE);
    // Data that is not the session's will not become so by trying again.
    if (error instanceof ArbtuneError && error.kind === 'input') {
      throw ApplicationFailure.nonRetryable(error.message, 'DataMismatch');
    }
    throw error;
  }
}

/** What the pruner may judge the trial by, as the ordering allows. */
function withRivals(
  { pruner }: SessionSpec,
  { rivals, window }: Parameters<typeof evaluateTrials>[2],
  trial: TrialRequest,
): TrialRequest {
  if (!pruner) return trial;
  const last = window === undefined ? Number.POSITIVE_INFINITY : trial.iteration - window;
  const visible = rivals.filter(({ iteration }) => iteration <= last);
  return { ...trial, rivals: visible.map(({ byScenario }) => byScenario) };
}

export function found<T>(measured: ReadonlyMap<number, T>, iteration: number): T {
  const outcome = measured.get(iteration);
  if (!outcome) throw new Error(`The engine ended without an outcome for trial ${iteration}`);
  return outcome;
}
