import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  proxyActivities,
} from '@temporalio/workflow';
import type { Activities } from '../activities/activities.ts';
import type { MeasuredBatch, ProposedTrial } from '../activities/measured-batch.ts';
import type { SessionSpec } from '../config/session-spec.ts';
import { batchSummary } from './details.ts';
import * as limits from './limits.ts';
import type { SessionInput } from './messages.ts';
import type { QueueRouter } from './queue-router.ts';
import { somewhere } from './somewhere.ts';

/** Has a batch of trials measured by whichever worker takes it, and tells a trial that fails from a worker that does. */

export interface EvaluatedBatch {
  readonly trials: readonly ProposedTrial[];
  readonly measured: MeasuredBatch;
}

/**
 * Every trial comes back measured, or as failed with its reason. A batch that fails as a whole is tried again trial
 * by trial, since one of them may have taken the others with it. `parallelism` is what a pruner's ordering hides.
 *
 * Throws a cancellation, and failures that no other trial would escape.
 */
export async function evaluateBatch(
  input: SessionInput,
  router: QueueRouter,
  trials: readonly ProposedTrial[],
  parallelism: number,
): Promise<EvaluatedBatch[]> {
  try {
    return [{ trials, measured: await evaluate(input, router, trials, parallelism) }];
  } catch (error) {
    if (isCancellation(error) || isSessionWide(error)) throw error;
    if (trials.length === 1) return [{ trials, measured: failedBatch(trials, error) }];
    const batches: EvaluatedBatch[] = [];
    for (const trial of trials) batches.push(...(await evaluateBatch(input, router, [trial], parallelism)));
    return batches;
  }
}

async function evaluate(
  { spec, session }: SessionInput,
  router: QueueRouter,
  trials: readonly ProposedTrial[],
  parallelism: number,
): Promise<MeasuredBatch> {
  const options = {
    ...measuringOptions(spec, trials.length),
    summary: batchSummary(trials),
  };
  const request = {
    specHash: spec.specHash,
    trials: trials.map(({ iteration, params }) => ({ iteration, params })),
    ...(spec.pruner && spec.ordering === 'deterministic' ? { window: parallelism } : {}),
  };
  return await somewhere(session, router, false, (place) =>
    proxyActivities<Pick<Activities, 'evaluateTrials'>>({ ...options, ...place }).evaluateTrials(request),
  );
}

/** How an activity runs that measures so many trials, one after the other at worst. */
export function measuringOptions({ limits: own }: SessionSpec, trials: number) {
  return {
    startToCloseTimeout: limits.EVALUATE_OVERHEAD_MS + trials * own.trialTimeoutMs,
    heartbeatTimeout: limits.EVALUATE_HEARTBEAT_TIMEOUT_MS,
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    retry: {
      initialInterval: limits.EVALUATE_RETRY_MS,
      maximumInterval: limits.PERSIST_RETRY_MAX_MS,
      maximumAttempts: own.maxAttempts,
    },
  };
}

/** A failure that no other trial would escape: the worker's data is not the session's. */
export function isSessionWide(error: unknown): boolean {
  const cause = error instanceof ActivityFailure ? error.cause : undefined;
  return cause instanceof ApplicationFailure && cause.type === 'DataMismatch';
}

/** Trials whose activity failed for good, as measurements that say so. */
function failedBatch(trials: readonly ProposedTrial[], error: unknown): MeasuredBatch {
  const failure = error instanceof ActivityFailure ? error : undefined;
  const cause = failure?.cause ?? error;
  return {
    metrics: '',
    trials: trials.map(({ iteration }) => ({
      iteration,
      workerId: failure?.identity?.split('@')[0] || 'none',
      attempt: 1,
      at: Date.now(),
      durationMs: 0,
      error: cause instanceof Error ? cause.message : String(cause),
    })),
  };
}

/** A failure that ends the session, in the words of what failed. */
export function asFatal(error: unknown): ApplicationFailure {
  const cause = error instanceof ActivityFailure ? error.cause : error;
  const message = cause instanceof Error ? cause.message : String(cause);
  return ApplicationFailure.nonRetryable(message, 'SessionFailed');
}
