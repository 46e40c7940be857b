import { slotsOf } from '../worker/worker-identity.ts';
import { sessionQueueOf, taskQueueOf } from '../workflows/names.ts';
import type { Stack } from './stack.ts';

/** Who polls for a session's work, as Temporal knows it, and how many trials they can measure at once. */

/** Kinds of task queues in Temporal's API. */
type QueueKind = 'workflow' | 'activity';
const QUEUE_KINDS: Readonly<Record<QueueKind, number>> = { workflow: 1, activity: 2 };

/** A poller asks again within a minute; one that has not is gone. */
const GONE_AFTER_MS = 60_000;

export interface Poller {
  readonly identity: string;
  /** Milliseconds since the epoch. */
  readonly seenAt: number;
}

/** Those who polled the queue lately, the gone ones among them. */
export async function pollersOf({ client }: Pick<Stack, 'client'>, queue: string, kind: QueueKind) {
  const { pollers } = await client.temporal.workflowService.describeTaskQueue({
    namespace: client.temporal.options.namespace,
    taskQueue: { name: queue },
    taskQueueType: QUEUE_KINDS[kind],
  });
  return (pollers ?? []).map(
    ({ identity, lastAccessTime }): Poller => ({
      identity: identity ?? '',
      seenAt: Number(lastAccessTime?.seconds ?? 0) * 1_000,
    }),
  );
}

export function isPolling({ seenAt }: Poller): boolean {
  return Date.now() - seenAt < GONE_AFTER_MS;
}

/**
 * That more trials are to be in flight than the workers have slots: it makes nothing faster, and the search decides on
 * less. Undefined when they have enough, and when nobody polls at all.
 *
 * @param own slots of a worker that has only just begun to poll.
 */
export async function fewSlotsWarning(
  stack: Pick<Stack, 'client' | 'env' | 'mode'>,
  sessionId: string,
  parallelism: number,
  own = 0,
): Promise<string | undefined> {
  const { env, mode } = stack;
  const queues = [taskQueueOf({ env, mode }), sessionQueueOf({ env, mode, sessionId })];
  const pollers = await Promise.all(queues.map((queue) => pollersOf(stack, queue, 'activity')));
  const slots = new Map(
    pollers
      .flat()
      .filter(isPolling)
      .map(({ identity }) => [identity, slotsOf(identity)]),
  );
  const total = Math.max(
    own,
    [...slots.values()].reduce((sum, count) => sum + count, 0),
  );
  if (total === 0 || parallelism <= total) return undefined;
  return `only ${total} worker slots poll for ${parallelism} trials in flight (--workers): effective parallelism ${total}; start more workers by \`arbtune worker\`, or take fewer`;
}
