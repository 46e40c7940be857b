import type { Params } from '../search-space/space.ts';

/**
 * What a session was told that decides about its trials, each order with the trial it is for: so that a trial is the
 * same whenever it is asked for again. Pure; kept in history and in the store.
 */

export interface Orders {
  /** From trial `from` on, this many are in flight; ascending, the first from trial 1. */
  readonly parallelism: readonly (readonly [from: number, parallelism: number])[];
  /** Params to be tried as the trial named, ascending. */
  readonly enqueued: readonly (readonly [iteration: number, params: Params])[];
}

/** A session's first ones; `from` is the first trial that is not known yet. */
export function firstOrders(parallelism: number, enqueue: readonly Params[], from = 1): Orders {
  return { parallelism: [[1, parallelism]], enqueued: numbered(enqueue, from) };
}

/** With more of them, for trials that nobody has asked for yet: those from `free` on. */
export function withOrders(
  orders: Orders,
  free: number,
  more: { readonly parallelism?: number | undefined; readonly enqueue: readonly Params[] },
): Orders {
  const { parallelism = parallelismNow(orders), enqueue } = more;
  const after = (orders.enqueued.at(-1)?.[0] ?? 0) + 1;
  return {
    parallelism:
      parallelism === parallelismNow(orders)
        ? orders.parallelism
        : [...orders.parallelism.filter(([from]) => from < free), [free, parallelism]],
    enqueued: [...orders.enqueued, ...numbered(enqueue, Math.max(free, after))],
  };
}

/** Trials in flight when trial n is asked for: it sees the results of trials 1 .. n - parallelism. */
export function parallelismAt({ parallelism }: Orders, n: number): number {
  return (parallelism.findLast(([from]) => from <= n) ?? parallelism[0])?.[1] ?? 1;
}

export function parallelismNow(orders: Orders): number {
  return parallelismAt(orders, Number.POSITIVE_INFINITY);
}

export function enqueuedAt({ enqueued }: Orders, n: number): Params | undefined {
  return enqueued.find(([iteration]) => iteration === n)?.[1];
}

/** The first of the trials that are asked for, or judged, by the same parallelism as the first one. */
export function sameParallelism(orders: Orders, iterations: readonly number[]): number[] {
  const parallelism = parallelismAt(orders, iterations[0] ?? 1);
  const end = iterations.findIndex((n) => parallelismAt(orders, n) !== parallelism);
  return iterations.slice(0, end === -1 ? iterations.length : end);
}

function numbered(enqueue: readonly Params[], from: number): [number, Params][] {
  return enqueue.map((params, i) => [from + i, params]);
}
