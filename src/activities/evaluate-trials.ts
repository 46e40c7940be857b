import { ApplicationFailure, type Context } from '@temporalio/activity';
import type { SessionSpec } from '../config/session-spec.ts';
import { ArbtuneError } from '../errors.ts';
import type { EvaluateInput, Rival } from './activities.ts';
import type { MeasuredBatch } from './measured-batch.ts';
import { type MeasuredBy, packOutcomes } from './measurement.ts';
import type { TrialEvaluator, TrialOutcome, TrialRequest } from './trial-evaluator.ts';

/** A batch of trials on the paper engine, heartbeating what is finished: a batch that dies half-way goes on from there. */

/** Heartbeats carry every finished trial; more often than this they would cost more than they save. */
const HEARTBEAT_EVERY_MS = 500;

interface Measured {
  readonly outcome: TrialOutcome;
  readonly by: MeasuredBy;
}

export async function evaluateTrials(
  context: Context,
  spec: SessionSpec,
  input: EvaluateInput & { readonly rivals: readonly Rival[] },
  evaluator: TrialEvaluator,
  workerId: string,
): Promise<MeasuredBatch> {
  const measured = new Map<number, Measured>();
  for (const earlier of heartbeatDetails(context)) measured.set(earlier.outcome.iteration, earlier);
  const heartbeat = () => context.heartbeat([...measured.values()]);
  const timer = setInterval(heartbeat, HEARTBEAT_EVERY_MS);
  heartbeat();
  try {
    await evaluator.evaluate(
      spec,
      input.trials
        .filter(({ iteration }) => !measured.has(iteration))
        .map((trial) => withRivals(spec, input, trial)),
      {
        signal: context.cancellationSignal,
        onOutcome: (outcome) => {
          const by = { workerId, attempt: context.info.attempt, at: Date.now() };
          measured.set(outcome.iteration, { outcome, by });
        },
      },
    );
  } catch (error) {
    // Data that is not the session's will not become so by trying again.
    if (error instanceof ArbtuneError && error.kind === 'input') {
      throw ApplicationFailure.nonRetryable(error.message, 'DataMismatch');
    }
    throw error;
  } finally {
    clearInterval(timer);
  }
  return packOutcomes(
    input.trials.map(({ iteration }) => outcomeOf(measured, iteration)),
    spec.pruner && spec.objective.objectives[0]?.metric,
  );
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

function heartbeatDetails(context: Context): Measured[] {
  const details: unknown = context.info.heartbeatDetails;
  return Array.isArray(details) ? (details as Measured[]) : [];
}

function outcomeOf(measured: ReadonlyMap<number, Measured>, iteration: number): Measured {
  const found = measured.get(iteration);
  if (!found) throw new Error(`The engine ended without an outcome for trial ${iteration}`);
  return found;
}
