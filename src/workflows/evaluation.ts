import {
  ActivityCancellationType,
  ActivityFailure,
  ApplicationFailure,
  isCancellation,
  proxyActivities,
  TimeoutFailure,
} from '@temporalio/workflow';
import type { Activities } from '../activities/activities.ts';
import type { MeasuredBatch, ProposedTrial } from '../activities/measured-batch.ts';
import { batchSummary } from './details.ts';
import * as limits from './limits.ts';
import type { SessionInput } from './messages.ts';
import { sessionQueueOf } from './names.ts';
import type { Queue, QueueRouter } from './queue-router.ts';

/** Has a batch of trials measured by whichever worker takes it, and tells a trial that fails from a worker that does. */

export interface EvaluatedBatch {
  readonly trials: readonly ProposedTrial[];
  readonly measured: MeasuredBatch;
}

/**
 * Every trial comes back measured, or as failed with its reason. A batch that fails as a whole is tried again trial
 * by trial, since one of them may have taken the others with it.
 *
 * Throws a cancellation, and failures that no other trial would escape.
 */
export async function evaluateBatch(
  input: SessionInput,
  router: QueueRouter,
  trials: readonly ProposedTrial[],
): Promise<EvaluatedBatch[]> {
  try {
    return [{ trials, measured: await evaluateSomewhere(input, router, trials) }];
  } catch (error) {
    if (isCancellation(error) || isSessionWide(error)) throw error;
    if (trials.length === 1) return [{ trials, measured: failedBatch(trials, error) }];
    const batches: EvaluatedBatch[] = [];
    for (const trial of trials) batches.push(...(await evaluateBatch(input, router, [trial])));
    return batches;
  }
}

async function evaluateSomewhere(
  input: SessionInput,
  router: QueueRouter,
  trials: readonly ProposedTrial[],
): Promise<MeasuredBatch> {
  for (;;) {
    const { queue, mayReturn } = router.next();
    try {
      return await evaluateOn(input, queue, mayReturn, trials);
    } catch (error) {
      if (!isUntaken(error)) throw error;
      router.returned(queue);
    }
  }
}

async function evaluateOn(
  { spec, session }: SessionInput,
  queue: Queue,
  mayReturn: boolean,
  trials: readonly ProposedTrial[],
): Promise<MeasuredBatch> {
  const { evaluateTrials } = proxyActivities<Pick<Activities, 'evaluateTrials'>>({
    ...(queue === 'session' ? { taskQueue: sessionQueueOf(session) } : {}),
    ...(mayReturn ? { scheduleToStartTimeout: limits.TAKE_TIMEOUT_MS } : {}),
    startToCloseTimeout: limits.EVALUATE_OVERHEAD_MS + trials.length * spec.limits.trialTimeoutMs,
    heartbeatTimeout: limits.EVALUATE_HEARTBEAT_TIMEOUT_MS,
    cancellationType: ActivityCancellationType.TRY_CANCEL,
    retry: {
      initialInterval: limits.EVALUATE_RETRY_MS,
      maximumInterval: limits.PERSIST_RETRY_MAX_MS,
      maximumAttempts: spec.limits.maxAttempts,
    },
    summary: batchSummary(trials),
  });
  return await evaluateTrials({
    specHash: spec.specHash,
    trials: trials.map(({ iteration, params }) => ({ iteration, params })),
  });
}

/** Nobody took the batch from its queue in time. */
function isUntaken(error: unknown): boolean {
  return (
    error instanceof ActivityFailure &&
    error.cause instanceof TimeoutFailure &&
    error.cause.timeoutType === 'SCHEDULE_TO_START'
  );
}

/** A failure that no other trial would escape: the worker's data is not the session's. */
function isSessionWide(error: unknown): boolean {
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
