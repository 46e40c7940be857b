import { proxyActivities } from '@temporalio/workflow';
import type { Activities, SearchStep, VisibleTrials } from '../activities/activities.ts';
import { propose } from '../activities/propose.ts';
import type { SessionSpec } from '../config/session-spec.ts';
import { learnsFromResults } from './batching.ts';
import * as limits from './limits.ts';
import type { SessionInput } from './messages.ts';
import { type Orders, parallelismAt, parallelismNow, sameParallelism } from './orders.ts';
import type { QueueRouter } from './queue-router.ts';
import { somewhere } from './somewhere.ts';
import type { TrialTable } from './trial-table.ts';

/** Which trials may be proposed now, and the asking. What an ask sees is fixed by the ordering, not by who was quick. */

/**
 * The trials, up to `target`, that may be proposed now where results decide: the ask for trial n needs trials
 * 1 .. n - parallelism (deterministic), or a free place among the trials in flight (asynchronous).
 */
export function proposable(spec: SessionSpec, table: TrialTable, orders: Orders, target: number): number[] {
  if (spec.ordering === 'asynchronous') {
    const isFree = table.running + table.waiting < parallelismNow(orders);
    return isFree ? table.nextIterations(1, target) : [];
  }
  const next = sameParallelism(orders, table.nextIterations(limits.MAX_PROPOSALS, target));
  const blocked = next.findIndex((n) => !table.isFinishedUpTo(n - parallelismAt(orders, n)));
  return blocked === -1 ? next : next.slice(0, blocked);
}

/**
 * What the asks up to trial `last` may see, without the finished trials 1 .. `known`; `propose` hides from each ask what
 * came after it. Where more than `limit` trials come after those, `next` says where to go on.
 */
export function visibleTrials(
  spec: SessionSpec,
  table: TrialTable,
  last: number,
  known = 0,
  limit = Number.POSITIVE_INFINITY,
): VisibleTrials {
  const all = spec.ordering === 'asynchronous' ? table.last : Math.min(table.last, last - 1);
  const end = Math.min(all, known + limit);
  return { ...table.between(known, end), ...(end < all ? { next: end } : {}) };
}

/**
 * Asks for the trials, in order. What costs milliseconds runs as an activity, so that a replay never computes it
 * again. Not a local one: its result may be recorded before the workflow hears of it when a query comes at the same
 * time, and such a history does not replay.
 */
export async function askFor(
  { spec, session }: SessionInput,
  router: QueueRouter,
  table: TrialTable,
  parallelism: number,
  iterations: readonly number[],
): Promise<SearchStep[]> {
  if (!learnsFromResults(spec.optimizer.method)) {
    const { space, optimizer: settings } = spec;
    const [first = 1] = iterations;
    const taken = table.takenBefore(first);
    const seen = taken ? { finished: [], pending: [], taken } : table.before(iterations.at(-1) ?? 0);
    return propose({ space, settings, iterations, ...seen, window: 0 });
  }
  const request = {
    specHash: spec.specHash,
    iterations,
    ...(spec.ordering === 'deterministic' ? { window: parallelism } : {}),
  };
  const options = {
    startToCloseTimeout: limits.PROPOSE_TIMEOUT_MS,
    heartbeatTimeout: limits.HEARTBEAT_TIMEOUT_MS,
    retry: { initialInterval: limits.EVALUATE_RETRY_MS, maximumInterval: limits.PERSIST_RETRY_MAX_MS },
    summary: `propose trial ${iterations.join(', ')}`,
  };
  return await somewhere(session, router, true, (place) =>
    proxyActivities<Pick<Activities, 'proposeTrials'>>({ ...options, ...place }).proposeTrials(request),
  );
}
