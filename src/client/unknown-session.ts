import { nearestNames } from '../config/nearest.ts';
import { ArbtuneError } from '../errors.ts';
import type { ResultStore } from '../store/result-store.ts';

/** The refusal of a session id that nobody knows, with the ids that may have been meant. */

const MOST_NAMED = 3;

/** @param known session ids, the newest first. */
export function unknownSession(
  sessionId: string,
  where: string,
  known: readonly string[],
  options?: ErrorOptions,
): ArbtuneError {
  const named = (ids: readonly string[]) => ids.slice(0, MOST_NAMED).join(', ');
  const similar = nearestNames(sessionId, known);
  const others = known.length === 0 ? '' : `; the latest: ${named(known)}`;
  const hint = similar.length === 0 ? others : `; similar: ${named(similar)}`;
  return new ArbtuneError('not-found', `No session "${sessionId}" in ${where}${hint}`, options);
}

/** Newest first. */
export async function storedIds(store: ResultStore): Promise<string[]> {
  return (await store.listSessions()).map(({ session_id }) => session_id);
}
