import type { Context } from '@temporalio/activity';

/**
 * Heartbeats while the work goes on: a dead worker is noticed by its silence. `details` is what an attempt elsewhere
 * goes on from; only what stood in the last heartbeat survives.
 */
export async function heartbeating<T>(
  context: Context,
  everyMs: number,
  details: () => unknown,
  work: () => Promise<T>,
): Promise<T> {
  const timer = setInterval(() => context.heartbeat(details()), everyMs);
  try {
    return await work();
  } finally {
    clearInterval(timer);
  }
}

/** What the attempt before left for this one. */
export function heartbeatDetails<T>(context: Context): readonly T[] {
  const details: unknown = context.info.heartbeatDetails;
  return Array.isArray(details) ? (details as T[]) : [];
}
