import { ArbtuneError } from '../errors.ts';
import type { ResultStore, SessionRecord, WorkerRecord } from '../store/result-store.ts';
import type { SessionResult, SessionStatus } from '../workflows/messages.ts';
import { endedAs, UNENDED } from './ended-as.ts';
import { unknownInStack } from './list-sessions.ts';
import {
  activityWarnings,
  completedAtEnd,
  lastPoll,
  lossWarning,
  noWorkersWarning,
  stuckReason,
} from './session-troubles.ts';
import type { Stack } from './stack.ts';
import { isUnavailable } from './temporal-errors.ts';
import { fewSlotsWarning } from './worker-slots.ts';

/** Where a session stands, from whoever can tell: its workflow, Temporal's record of it, the store. */

export interface SessionReport {
  readonly session_id: string;
  /**
   * A phase of `SessionStatus`, Temporal's own word where only Temporal knows, or what is wrong: `stuck` (its code
   * fails), `corrupt` (the store has lost trials), `orphaned` (Temporal does not know it).
   */
  readonly status: string;
  /** From the workflow; absent when no worker answers. */
  readonly session?: SessionStatus;
  /** Of one that has ended and says what it found. */
  readonly result?: SessionResult;
  /** Of one that failed: why. */
  readonly reason?: string;
  /** From the store. */
  readonly stored?: Omit<SessionRecord, 'spec' | 'orders'> & { readonly trials: number };
  readonly workers: readonly WorkerRecord[];
  /** What needs a person's attention, a sentence each. */
  readonly warnings: readonly string[];
}

/** @throws ArbtuneError `not-found` when neither Temporal nor the store knows the session */
export async function reportSession(stack: Stack, sessionId: string): Promise<SessionReport> {
  const [execution, stored, workers] = await Promise.all([
    stack.client.describe(sessionId),
    readStored(stack.store, sessionId),
    stack.store.loadWorkers(sessionId),
  ]);
  if (!execution && !stored) {
    throw await unknownInStack(stack, sessionId);
  }
  const warnings = [...(await stack.store.warnings())];
  const base = { session_id: sessionId, ...(stored ? { stored } : {}), workers };
  if (!execution) {
    const orphaned = `Temporal does not know the session, the store does; go on with it by \`arbtune resume ${sessionId}\``;
    return { ...base, status: 'orphaned', warnings: [orphaned, ...warnings] };
  }
  if (execution.status.name !== 'RUNNING') {
    const lost = await lossWarning(stack.store, sessionId, completedAtEnd(execution));
    if (lost) return { ...base, status: 'corrupt', warnings: [lost, ...warnings] };
    const end = await endOf(stack, sessionId);
    const unsaid = !stored || UNENDED.includes(stored.status);
    const status = unsaid ? endedAs(execution) : stored.status;
    return { ...base, ...end, status, warnings };
  }
  warnings.push(...(await activityWarnings(stack, execution)));
  const stuck = await stuckReason(stack, execution);
  if (stuck) return { ...base, status: 'stuck', warnings: [stuck, ...warnings] };
  const poll = await lastPoll(stack);
  const unserved: SessionReport = {
    ...base,
    status: stored?.status ?? 'running',
    warnings: [noWorkersWarning(stack, poll), ...warnings],
  };
  if (poll.isOld) return unserved;
  try {
    const session = await stack.client.status(sessionId);
    const lost = await lossWarning(stack.store, sessionId, session.persisted);
    if (lost) return { ...base, status: 'corrupt', session, warnings: [lost, ...warnings] };
    const few = await fewSlotsWarning(stack, sessionId, session.parallelism);
    if (few !== undefined) warnings.push(few);
    return { ...base, status: session.status, session, warnings };
  } catch (error) {
    if (!(error instanceof ArbtuneError && isUnavailable(error.cause))) throw error;
    return unserved;
  }
}

/** What an ended session says of its end; nothing where it cannot, as when it was ended by force or is encrypted. */
async function endOf(
  { client }: Stack,
  sessionId: string,
): Promise<Pick<SessionReport, 'result' | 'reason'>> {
  try {
    return { result: await client.wait(sessionId) };
  } catch (error) {
    const isSaid = error instanceof ArbtuneError && error.kind === 'session-failed';
    return isSaid ? { reason: error.message } : {};
  }
}

/** What the store alone tells of a session; undefined when it does not know it. */
export async function readStored(
  store: ResultStore,
  sessionId: string,
): Promise<SessionReport['stored'] | undefined> {
  const record = await store.loadSession(sessionId);
  if (!record) return undefined;
  const { spec: _, orders: __, ...rest } = record;
  return { ...rest, trials: await store.countTrials(sessionId) };
}
