import { ActivityFailure, ApplicationFailure, CancellationScope, TimeoutFailure } from '@temporalio/workflow';
import * as limits from './limits.ts';
import type { SessionIdentity } from './messages.ts';
import { DATA_NOT_HERE, sessionQueueOf } from './names.ts';
import type { QueueChoice, QueueRouter } from './queue-router.ts';

/** Runs a session's activities on whichever queue has a worker for them: the shared one, or the session's own. */

/** The part of an activity's options that says where it runs, and how patiently it waits there for who can do it. */
export interface Place {
  readonly taskQueue?: string;
  readonly scheduleToStartTimeout?: number;
  readonly retry?: typeof limits.DATA_RETRY;
}

/**
 * Runs the activity at one place after the other until somebody takes it who has the session's data; what it throws
 * then is thrown. When a worker for the session alone comes, what waits where nobody seems to be moves to it.
 *
 * @param isQuick so short that it is still there only when nobody has taken it; a longer one may be well under way
 */
export async function somewhere<T>(
  session: SessionIdentity,
  router: QueueRouter,
  isQuick: boolean,
  run: (place: Place) => Promise<T>,
): Promise<T> {
  // Whether all who took it lacked the session's data.
  let isLacking = false;
  for (;;) {
    const choice = router.next();
    const scope = new CancellationScope();
    let isMoving = false;
    const forget = router.onWelcome(() => {
      isMoving = router.isQuiet(choice.queue) || (isQuick && choice.patience === undefined);
      if (isMoving) scope.cancel();
    });
    try {
      const result = await scope.run(() => run(placeOf(session, choice, isLacking)));
      router.taken(choice.queue);
      return result;
    } catch (error) {
      isLacking ||= isWithoutData(error);
      if (!isMoving && !isUntaken(error) && !isWithoutData(error)) throw error;
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

function placeOf(session: SessionIdentity, { queue, patience }: QueueChoice, isLacking: boolean): Place {
  return {
    ...(queue === 'session' ? { taskQueue: sessionQueueOf(session) } : {}),
    scheduleToStartTimeout: TIMEOUTS[patience ?? 'sole'],
    ...(isLacking ? { retry: limits.DATA_RETRY } : {}),
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

/** Who took the activity lacked the session's data files, as often as it was tried: as good as untaken. */
function isWithoutData(error: unknown): boolean {
  return (
    error instanceof ActivityFailure &&
    error.cause instanceof ApplicationFailure &&
    error.cause.type === DATA_NOT_HERE
  );
}
