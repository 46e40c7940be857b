import type { SessionSpec } from '../config/session-spec.ts';
import { ArbtuneError } from '../errors.ts';
import type { ResultStore } from '../store/result-store.ts';
import type { TrialRecord } from '../store/trial-record.ts';
import type { CarriedSession, CarriedTrial } from '../workflows/carried-session.ts';
import { isBetter, type RankedTrial, toLosses } from '../workflows/losses.ts';
import type { StartedSession, TuningClient } from './tuning-client.ts';

/** Going on with a session that has ended, or that Temporal has forgotten: from the trials that the store holds. */

export interface StoredSession {
  readonly spec: SessionSpec;
  readonly records: readonly TrialRecord[];
  /** Its iterations when it was last heard of. */
  readonly iterations: number;
  readonly status: string;
  readonly createdAt: string;
}

/** @throws ArbtuneError `not-found` when the store does not know the session */
export async function loadStoredSession(store: ResultStore, sessionId: string): Promise<StoredSession> {
  const session = await store.loadSession(sessionId);
  if (!session?.spec) {
    const similar = (await store.listSessions()).map(({ session_id }) => session_id).slice(0, 5);
    throw new ArbtuneError(
      'not-found',
      `No session "${sessionId}" in the store${similar.length > 0 ? `; the latest are ${similar.join(', ')}` : ''}`,
    );
  }
  const spec: SessionSpec = JSON.parse(session.spec);
  const records = await store.loadTrials(sessionId);
  return {
    spec,
    records,
    iterations: session.iterations,
    status: session.status,
    createdAt: session.created_at,
  };
}

/** Starts the session's next run: the trials it has are kept, those up to `iterations` that it lacks are measured. */
export async function goOn(
  client: TuningClient,
  sessionId: string,
  stored: StoredSession,
  options: { readonly iterations: number; readonly parallelism: number; readonly csvPath?: string },
): Promise<StartedSession> {
  const carried = carriedFrom(stored, options);
  return await client.start(
    { ...stored.spec, maxIterations: 0 },
    { sessionId, carried, ...(options.csvPath === undefined ? {} : { csvPath: options.csvPath }) },
  );
}

/** The state that a session goes on from, rebuilt from its records. */
export function carriedFrom(
  { spec, records, createdAt }: Pick<StoredSession, 'spec' | 'records' | 'createdAt'>,
  { iterations, parallelism }: { readonly iterations: number; readonly parallelism: number },
): CarriedSession {
  const workers = [...new Set(records.map(({ worker_id }) => worker_id))];
  const names = Object.keys(spec.space);
  const trials: (CarriedTrial | null)[] = [];
  let best: RankedTrial | undefined;
  for (const record of records) {
    const { objective, objectives, violation } = record;
    const losses = objective === null ? null : toLosses(spec, objectives ?? [objective]);
    trials[record.iteration - 1] = [
      names.map((name) => record.params[name] ?? null),
      losses,
      violation,
      workers.indexOf(record.worker_id),
      ...shownOf(spec, record),
    ];
    if (objective === null || record.status !== 'completed') continue;
    const { iteration, params } = record;
    const candidate = { iteration, params, objective, violation };
    if (isBetter(spec, candidate, best)) best = candidate;
  }
  return {
    trials: Array.from(trials, (trial) => trial ?? null),
    proposed: [],
    workers,
    ...(best ? { best } : {}),
    // Params to try first are the first trials: those that are not measured yet are still to be tried.
    enqueued: spec.enqueue.filter((_, i) => !trials[i]),
    target: iterations,
    parallelism,
    paused: false,
    startedAt: createdAt,
    durations: records.slice(-32).map(({ duration_ms }) => duration_ms),
    requests: [],
    hasSessionWorkers: false,
  };
}

/** What a pruner needs to know of the trial, where there is one. */
function shownOf(
  { pruner, objective }: SessionSpec,
  record: TrialRecord,
): [shown?: readonly number[] | 'pruned'] {
  if (!pruner || record.status === 'failed') return [];
  if (record.status === 'pruned') return ['pruned'];
  const metric = objective.objectives[0]?.metric ?? '';
  return [record.scenario_metrics.map(({ metrics }) => metrics[metric] ?? 0)];
}
