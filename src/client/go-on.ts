import type { SessionSpec } from '../config/session-spec.ts';
import { packParams } from '../search-space/params.ts';
import type { Params } from '../search-space/space.ts';
import type { ResultStore } from '../store/result-store.ts';
import type { TrialRecord } from '../store/trial-record.ts';
import type { CarriedSession, CarriedTrial } from '../workflows/carried-session.ts';
import { isBetter, lossesOf, type RankedTrial } from '../workflows/losses.ts';
import { firstOrders, type Orders, withOrders } from '../workflows/orders.ts';
import type { StartedSession } from './start-session.ts';
import type { TuningClient } from './tuning-client.ts';
import { storedIds, unknownSession } from './unknown-session.ts';

/** Going on with a session that has ended, or that Temporal has forgotten: from the trials that the store holds. */

export interface StoredSession {
  readonly spec: SessionSpec;
  readonly records: readonly TrialRecord[];
  /** Its iterations when it was last heard of. */
  readonly iterations: number;
  readonly orders: Orders;
  readonly status: string;
  readonly createdAt: string;
  readonly dataRoot?: string;
}

/** What the next run has more, or other, than those before. */
export interface GoOnOptions {
  /** More iterations, default 0. */
  readonly iterations?: number;
  readonly parallelism?: number;
  readonly enqueue?: readonly Params[];
  readonly limits?: SessionSpec['limits'];
  readonly csvPath?: string;
  /** Where its data files are now, on this machine; default: where they were. */
  readonly dataRoot?: string;
}

/** @throws ArbtuneError `not-found` when the store does not know the session */
export async function loadStoredSession(store: ResultStore, sessionId: string): Promise<StoredSession> {
  const session = await store.loadSession(sessionId);
  if (!session?.spec) {
    throw unknownSession(sessionId, 'the store', await storedIds(store));
  }
  const spec: SessionSpec = JSON.parse(session.spec);
  const records = await store.loadTrials(sessionId);
  return {
    spec,
    records,
    iterations: session.iterations,
    orders: session.orders ? JSON.parse(session.orders) : firstOrders(spec.parallelism, spec.enqueue),
    status: session.status,
    createdAt: session.created_at,
    ...(session.data_root === undefined ? {} : { dataRoot: session.data_root }),
  };
}

/** Starts the session's next run: the trials it has are kept, those it lacks are measured. */
export async function goOn(
  client: TuningClient,
  sessionId: string,
  stored: StoredSession,
  options: GoOnOptions = {},
): Promise<StartedSession> {
  const { spec, iterations } = stored;
  const more = options.iterations ?? 0;
  const target = more === 0 ? iterations : Math.max(iterations, lastOf(stored.records)) + more;
  const carried = { ...carriedFrom(stored, options), target };
  const { csvPath, dataRoot = stored.dataRoot } = options;
  const started = await client.start(
    { ...spec, maxIterations: 0, limits: options.limits ?? spec.limits },
    {
      ...{ sessionId, carried },
      ...(csvPath === undefined ? {} : { csvPath }),
      ...(dataRoot === undefined ? {} : { dataRoot }),
    },
  );
  return { ...started, iterations: target };
}

/** The state that a session goes on from, rebuilt from its records. */
export function carriedFrom(
  { spec, records, orders, iterations, createdAt }: Omit<StoredSession, 'status'>,
  { parallelism, enqueue = [], limits = spec.limits }: GoOnOptions = {},
): CarriedSession {
  const workers = [...new Set(records.map(({ worker_id }) => worker_id))];
  const trials: (CarriedTrial | null)[] = Array.from({ length: lastOf(records) }, () => null);
  let best: RankedTrial | undefined;
  for (const record of records) {
    const { iteration, params, objective, violation } = record;
    trials[iteration - 1] = [
      packParams(spec.space, params),
      lossesOf(spec, record),
      violation,
      workers.indexOf(record.worker_id),
      ...shownOf(spec, record),
    ];
    if (objective === null || record.status !== 'completed') continue;
    const candidate = { iteration, params, objective, violation };
    if (isBetter(spec, candidate, best)) best = candidate;
  }
  const failed = records.filter(({ status }) => status === 'failed').length;
  return {
    trials,
    proposed: [],
    workers,
    ...(best ? { best } : {}),
    target: iterations,
    orders: withOrders(orders, trials.length + 1, { parallelism, enqueue }),
    // Else it would fail again with the next trial that does, whatever was mended.
    ...(failed > limits.maxFailedTrials ? { forgiven: failed } : {}),
    paused: false,
    startedAt: createdAt,
    durations: records.slice(-32).map(({ duration_ms }) => duration_ms),
    requests: [],
    hasSessionWorkers: false,
  };
}

function lastOf(records: readonly TrialRecord[]): number {
  return records.reduce((last, { iteration }) => Math.max(last, iteration), 0);
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
