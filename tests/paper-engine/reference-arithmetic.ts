import type { VenueSettings } from '../../src/paper-engine/settings.ts';

/** The arithmetic of docs/paper-engine.md, written from the page for `reference.ts`. */

export const halfUp = (x: number): number => Math.floor(x + 0.5);
export const halfAway = (x: number): number => (x >= 0 ? Math.floor(x + 0.5) : -Math.floor(0.5 - x));
export const portion = (a: number, part: number, whole: number): number =>
  part === whole ? a : part === 0 ? 0 : halfAway((a * part) / whole);
export const lots = (q: number, lot: number): number => Math.floor(q / lot) * lot;

function mix(input: number): number {
  let h = input >>> 0;
  h = (h ^ (h >>> 16)) >>> 0;
  h = Math.imul(h, 0x85ebca6b) >>> 0;
  h = (h ^ (h >>> 13)) >>> 0;
  h = Math.imul(h, 0xc2b2ae35) >>> 0;
  return (h ^ (h >>> 16)) >>> 0;
}

/** Microseconds from sending order `n` of the trade signalled on row `i` to its match. */
export function latencyOf(v: VenueSettings, seed: number, i: number, n: number): number {
  const j = halfUp(v.jitter_ms * 1e3);
  const h = mix(mix(mix((seed ^ 0x9e3779b9) >>> 0) ^ (i + 1)) ^ (n + 1));
  return halfUp(v.latency_ms * 1e3) + (j === 0 ? 0 : Math.floor((h / 2 ** 32) * j));
}

function onTick(ticks: VenueSettings['ticks'], x: number, up: boolean): number {
  const t = ticks.filter(([from]) => from <= x).at(-1)![1];
  const n = Math.floor(1 / t + 0.5);
  if (t >= 1) return (up ? Math.ceil(x / t - 1e-9) : Math.floor(x / t + 1e-9)) * t;
  return (up ? Math.ceil(x * n - 1e-9) : Math.floor(x * n + 1e-9)) / n;
}

/** Limit of a buy that saw the ask `x`, or of a sale that saw the bid `x`. */
export function limitAt(ticks: VenueSettings['ticks'], buying: boolean, x: number, s: number): number {
  return buying
    ? Math.max(x, onTick(ticks, x * (1 + s / 1e4), false))
    : Math.min(x, onTick(ticks, x * (1 - s / 1e4), true));
}

/** A venue in units, with the page's names. */
export function compile(s: VenueSettings) {
  const ppm = halfUp(s.taker_fee_bps * 100);
  const inCoin = s.fee_currency === 'received';
  const Q = 10 ** s.quote_decimals;
  return {
    ...s,
    ppm,
    inCoin,
    Q,
    D: 10 ** (8 - s.quote_decimals),
    lot: halfUp(s.lot * 1e8),
    least: halfUp(s.min_notional * Q),
    sell: 1 - ppm / 1e6,
    buy: inCoin ? 1 / (1 - ppm / 1e6) : 1 + ppm / 1e6,
    cash: halfUp(s.cash * Q),
    coin: halfUp(s.coin * 1e8),
  };
}
