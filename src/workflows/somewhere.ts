import { ActivityFailure, CancellationScope, TimeoutFailure } from '@temporalio/workflow';
import * as limits from './limits.ts';
import type { SessionIdentity } from './messages.ts';
import { sessionQueueOf } from './names.ts';
import type { QueueChoice, QueueRouter } from './queue-router.ts';

/** Runs a session's activities on whichever queue has a worker for them: the shared one, or the session's own. */

/** The part of an activity's options that says where it runs. */
export interface Place {
  readonly taskQueue?: string;
  readonly scheduleToStartTimeout?: number;
}

/**
 * Runs the activity at one place after the other until somebody takes it; what it throws then is thrown. When a
 * worker for the session alone comes, what waits where nobody seems to be moves to it.
 *
 * @param isQuick so short that it is still there only when nobody has taken it; a longer one may be well under way
 */
export async function somewhere<T>(
  session: SessionIdentity,
  router: QueueRouter,
  isQuick: boolean,
  run: (place: Place) => Promise<T>,
): Promise<T> {
  for (;;) {
    const choice = router.next();
    const scope = new CancellationScope();
    let isMoving = false;
    const forget = router.onWelcome(() => {
      isMoving = router.isQuiet(choice.queue) || (isQuick && choice.patience === undefined);
      if (isMoving) scope.cancel();
    });
    try {
      const result = await scope.run(() => run(placeOf(session, choice)));
      router.taken(choice.queue);
      return result;
    } catch (error) {
      if (!isMoving && !isUntaken(error)) throw error;
      router.returned(choice.queue);
    } finally {
      forget();
    }
  }
}

const TIMEOUTS = {
  short: limits.TAKE_TIMEOUT_MS,
  long: limits.LONG_TAKE_TIMEOUT_MS,
  sole: limits.SOLE_TAKE_TIMEOUT_MS,
};

function placeOf(session: SessionIdentity, { queue, patience }: QueueChoice): Place {
  return {
    ...(queue === 'session' ? { taskQueue: sessionQueueOf(session) } : {}),
    scheduleToStartTimeout: TIMEOUTS[patience ?? 'sole'],
  };
}

/** Nobody took the activity from its queue in time. */
function isUntaken(error: unknown): boolean {
  return (
    error instanceof ActivityFailure &&
    error.cause instanceof TimeoutFailure &&
    error.cause.timeoutType === 'SCHEDULE_TO_START'
  );
}
