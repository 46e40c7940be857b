import { setTimeout as delay } from 'node:timers/promises';
import { unlessAborted } from '../unless-aborted.ts';
import type { ListedTrial, SessionResult, SessionStatus } from '../workflows/messages.ts';
import { isUnavailable } from './temporal-errors.ts';
import type { TuningClient } from './tuning-client.ts';

/** Following a session to its end, telling what happens on the way. Survives restarts of the service. */

export type SessionEvent =
  | { readonly kind: 'status'; readonly status: SessionStatus }
  /** A trial that has finished since the last look. */
  | { readonly kind: 'trial'; readonly trial: ListedTrial };

interface FollowOptions {
  readonly onEvent: (event: SessionEvent) => void;
  /** Whoever follows leaves. */
  readonly signal?: AbortSignal;
}

/** Quick enough to feel live, slow enough to cost nothing. */
const LOOK_EVERY_MS = 400;
/** Trials fetched in one query: bounds its answer. */
const TRIALS_PER_LOOK = 500;

/**
 * Resolves with the session's result. `onEvent` is told of each finished trial, in order, and of the status.
 *
 * @throws ArbtuneError `session-failed` when it failed or was cancelled; the signal's reason when aborted
 */
export async function followSession(
  client: TuningClient,
  sessionId: string,
  options: FollowOptions,
): Promise<SessionResult> {
  const ended = new AbortController();
  const signal = AbortSignal.any([ended.signal, ...(options.signal ? [options.signal] : [])]);
  signal.throwIfAborted();
  const looking = look(client, sessionId, options, signal);
  try {
    return await unlessAborted(signal, () => waitThroughRestarts(client, sessionId, signal));
  } finally {
    ended.abort();
    await looking;
  }
}

async function waitThroughRestarts(
  client: TuningClient,
  sessionId: string,
  signal: AbortSignal,
): Promise<SessionResult> {
  for (;;) {
    try {
      return await client.wait(sessionId, signal);
    } catch (error) {
      if (signal.aborted) throw error;
      if (!isUnavailable(error) && !isUnavailable((error as Error).cause)) throw error;
      await delay(LOOK_EVERY_MS);
    }
  }
}

/** Looks until told to end; once more then, so that nothing finished goes untold where somebody still listens. */
async function look(
  client: TuningClient,
  sessionId: string,
  { onEvent, signal: left }: FollowOptions,
  signal: AbortSignal,
): Promise<void> {
  const told = new Set<number>();
  let from = 1;
  for (;;) {
    const last = signal.aborted;
    try {
      from = await tellTrials(client, sessionId, from, told, onEvent);
      onEvent({ kind: 'status', status: await client.status(sessionId) });
    } catch {
      // No worker or no service to answer just now: the session's end, or its failure, comes through the other way.
    }
    if (last) return;
    await delay(LOOK_EVERY_MS, undefined, { signal }).catch(() => {});
    if (left?.aborted) return;
  }
}

/** Tells the finished trials from `from` on that are new; returns where the unfinished ones begin. */
async function tellTrials(
  client: TuningClient,
  sessionId: string,
  from: number,
  told: Set<number>,
  onEvent: (event: SessionEvent) => void,
): Promise<number> {
  let next = from;
  for (;;) {
    const trials = await client.trials(sessionId, next, TRIALS_PER_LOOK);
    for (const trial of trials) {
      const isFinished = trial.status !== 'proposed' && trial.status !== 'running';
      if (isFinished && !told.has(trial.iteration)) {
        told.add(trial.iteration);
        onEvent({ kind: 'trial', trial });
      }
    }
    const open = trials.find(({ status }) => status === 'proposed' || status === 'running');
    if (open) return open.iteration;
    if (trials.length < TRIALS_PER_LOOK) return next + trials.length;
    next += TRIALS_PER_LOOK;
  }
}
