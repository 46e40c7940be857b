import { setTimeout as delay } from 'node:timers/promises';
import { type Client, QueryNotRegisteredError } from '@temporalio/client';
import { STICKY_TIMEOUT_MS } from './limits.ts';
import { NOT_YET } from './whole-tasks.ts';

/**
 * Questions to a session, for its clients and its workers: one that comes between two workflow tasks is refused (see
 * `whole-tasks.ts`), and others that wait at the same worker may be forgotten. Either is asked again.
 */

/**
 * Shorter than a dead worker's tasks wait for it: given up before it goes to another worker, a question meets no results
 * between two tasks there, and the next one waits for the task that takes them in.
 */
const ANSWER_MS = 0.8 * STICKY_TIMEOUT_MS;
/** A deadline may be counted from a little earlier. */
const UNANSWERED_MS = 0.9 * ANSWER_MS;
const AGAIN_AFTER_MS = 200;
/** What all failures say where they are encrypted. */
const ENCRYPTED = 'Encoded failure';

/** @param withinMs when what went wrong last is thrown */
export async function askAgain<T>(
  client: Pick<Client, 'withDeadline'>,
  withinMs: number,
  ask: () => Promise<T>,
): Promise<T> {
  const end = Date.now() + withinMs;
  for (;;) {
    const asked = Date.now();
    try {
      return await client.withDeadline(Math.min(asked + ANSWER_MS, end), ask);
    } catch (error) {
      const isOver = Date.now() + AGAIN_AFTER_MS > end;
      if (isOver || !(isRefused(error) || Date.now() - asked > UNANSWERED_MS)) throw error;
    }
    await delay(AGAIN_AFTER_MS);
  }
}

export function isRefused(error: unknown): boolean {
  return error instanceof QueryNotRegisteredError && [NOT_YET, ENCRYPTED].includes(error.message);
}
