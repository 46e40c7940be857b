import type { Venue } from './venue.ts';

/** When orders arrive: latency with its seeded jitter, and which row is in force at a moment. */

export const SECOND = 1e6;
export const HOUR = 3_600 * SECOND;
export const DAY = 86_400 * SECOND;

/** MurmurHash3's 32-bit finaliser. */
function mix(h: number): number {
  h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
  h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
  return h ^ (h >>> 16);
}

/** Rows that are tried one by one: most orders arrive within a few, and a plain loop ends sooner there. */
const NEAR = 8;

export class Clock {
  readonly time: Float64Array<SharedArrayBuffer>;
  readonly rows: number;
  readonly #seedHash: number;

  constructor(time: Float64Array<SharedArrayBuffer>, seed: number) {
    this.time = time;
    this.rows = time.length;
    this.#seedHash = mix(seed ^ 0x9e3779b9);
  }

  /** What the delays of all orders of a trade signalled on `row` come from. */
  hashOf(row: number): number {
    return mix(this.#seedHash ^ (row + 1));
  }

  /**
   * Microseconds from sending order number `order` (0: the Upbit leg, 1: the Binance leg, 2 and on: unwinding) of a trade
   * to its match. Depends on nothing but the signal's row, so every trial of a session meets the same delays.
   */
  latency(venue: Venue, signalHash: number, order: number): number {
    if (venue.jitterUs === 0) return venue.latencyUs;
    const hash = mix(signalHash ^ (order + 1)) >>> 0;
    return venue.latencyUs + Math.floor((hash / 2 ** 32) * venue.jitterUs);
  }

  /** The last row at or after `from` whose time is <= `t`; `from` when even its time is later. */
  rowInForce(t: number, from: number): number {
    const next = this.#firstRowWhere(t, from, true);
    return next > from ? next - 1 : from;
  }

  /** The first row at or after `from` whose time is >= `t`; `rows` when there is none. */
  firstRowAt(t: number, from: number): number {
    return this.#firstRowWhere(t, from, false);
  }

  /** The first row at or after `from` with time > t (`after`) or >= t: a few one by one, then doubling steps, then halving. */
  #firstRowWhere(t: number, from: number, after: boolean): number {
    const { time, rows } = this;
    // No Math.min here: it gives a double, which as an index is converted at every use.
    const near = from + NEAR;
    for (let row = from; row < near; row++) {
      if (row >= rows) return rows;
      if (after ? time[row]! > t : time[row]! >= t) return row;
    }
    let low = near - 1;
    let step = 1;
    while (low + step < rows && (after ? time[low + step]! <= t : time[low + step]! < t)) {
      low += step;
      step *= 2;
    }
    let high = low + step;
    if (high > rows) high = rows;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (after ? time[middle]! <= t : time[middle]! < t) low = middle;
      else high = middle;
    }
    return high;
  }
}
