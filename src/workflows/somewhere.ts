import { ActivityFailure, TimeoutFailure } from '@temporalio/workflow';
import * as limits from './limits.ts';
import type { SessionIdentity } from './messages.ts';
import { sessionQueueOf } from './names.ts';
import type { QueueRouter } from './queue-router.ts';

/** Runs a session's activities on whichever queue has a worker for them: the shared one, or the session's own. */

/** The part of an activity's options that says where it runs. */
export interface Place {
  readonly taskQueue?: string;
  readonly scheduleToStartTimeout?: number;
}

/** Runs the activity at one place after the other until somebody takes it; what it throws then is thrown. */
export async function somewhere<T>(
  session: SessionIdentity,
  router: QueueRouter,
  run: (place: Place) => Promise<T>,
): Promise<T> {
  for (;;) {
    const { queue, patience } = router.next();
    try {
      const result = await run({
        ...(queue === 'session' ? { taskQueue: sessionQueueOf(session) } : {}),
        ...(patience === undefined ? {} : { scheduleToStartTimeout: TIMEOUTS[patience] }),
      });
      router.taken(queue);
      return result;
    } catch (error) {
      if (!isUntaken(error)) throw error;
      router.returned(queue);
    }
  }
}

const TIMEOUTS = { short: limits.TAKE_TIMEOUT_MS, long: limits.LONG_TAKE_TIMEOUT_MS };

/** Nobody took the activity from its queue in time. */
function isUntaken(error: unknown): boolean {
  return (
    error instanceof ActivityFailure &&
    error.cause instanceof TimeoutFailure &&
    error.cause.timeoutType === 'SCHEDULE_TO_START'
  );
}
