import type { Venue } from './venue.ts';

/** When orders arrive: latency with its seeded jitter, and which row is in force at a moment. */

type Times = Float64Array<SharedArrayBuffer>;

export const SECOND = 1e6;
export const HOUR = 3_600 * SECOND;
export const DAY = 86_400 * SECOND;

/** MurmurHash3's 32-bit finaliser. */
function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return (h ^ (h >>> 16)) >>> 0;
}

/** The seed as `latencyOf` takes it. */
export function hashSeed(seed: number): number {
  return mix(seed ^ 0x9e3779b9);
}

/**
 * Microseconds from sending order number `order` (0: the Upbit leg, 1: the Binance leg, 2 and on: unwinding) of the
 * trade signalled on `row` to its match. Depends on nothing else, so every trial of a session meets the same delays.
 */
export function latencyOf(venue: Venue, seedHash: number, row: number, order: number): number {
  if (venue.jitterUs === 0) return venue.latencyUs;
  const hash = mix(mix(seedHash ^ (row + 1)) ^ (order + 1));
  return venue.latencyUs + Math.floor((hash / 2 ** 32) * venue.jitterUs);
}

/** The last row at or after `from` whose time is <= `t`; `from` when even its time is later. */
export function rowInForce(time: Times, rows: number, t: number, from: number): number {
  return Math.max(from, firstRowWhere(time, rows, t, from, true) - 1);
}

/** The first row at or after `from` whose time is >= `t`; `rows` when there is none. */
export function firstRowAt(time: Times, rows: number, t: number, from: number): number {
  return firstRowWhere(time, rows, t, from, false);
}

/** Rows that are tried one by one: most orders arrive within a few, and a plain loop ends sooner there. */
const NEAR = 8;

/** The first row at or after `from` with time > t (`after`) or >= t: a few one by one, then doubling steps, then halving. */
function firstRowWhere(time: Times, rows: number, t: number, from: number, after: boolean): number {
  const near = Math.min(from + NEAR, rows);
  for (let row = from; row < near; row++) {
    if (after ? time[row]! > t : time[row]! >= t) return row;
  }
  if (near >= rows) return Math.max(from, rows);
  let low = near - 1;
  let step = 1;
  while (low + step < rows && (after ? time[low + step]! <= t : time[low + step]! < t)) {
    low += step;
    step *= 2;
  }
  let high = Math.min(low + step, rows);
  while (high - low > 1) {
    const middle = (low + high) >>> 1;
    if (after ? time[middle]! <= t : time[middle]! < t) low = middle;
    else high = middle;
  }
  return high;
}
