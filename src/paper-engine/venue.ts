import type { VenueSettings } from './settings.ts';

/**
 * A venue's settings in the units the engine counts in, and the arithmetic of its prices, notionals and fees.
 * Coin is counted in units of 1e-8, the quote currency in units of 10^-quote_decimals, values in KRW in those of Upbit's;
 * all are exact integers.
 */

export const COIN_UNITS = 1e8;

export const UPBIT = 0;
export const BINANCE = 1;
export type VenueId = typeof UPBIT | typeof BINANCE;

/** A row of the tick table. */
export interface Tick {
  readonly from: number;
  readonly size: number;
  /** Ticks a unit of price, where a tick is below 1; else 0. */
  readonly perUnit: number;
}

export interface Venue {
  readonly id: VenueId;
  /** Parts per million. */
  readonly feePpm: number;
  readonly feeInCoin: boolean;
  /** What is left of a unit sold. */
  readonly sellFactor: number;
  /** What a unit bought costs. */
  readonly buyFactor: number;
  readonly ticks: readonly Tick[];
  /** Coin units. */
  readonly lot: number;
  /** Quote units. */
  readonly minNotional: number;
  readonly quoteUnits: number;
  /** 10^(8 - quote_decimals): price x coin units / divisor = quote units. */
  readonly divisor: number;
  readonly latencyUs: number;
  readonly jitterUs: number;
  readonly cash: number;
  readonly coin: number;
  readonly withdrawalFee: number;
}

export function compileVenue(id: VenueId, settings: VenueSettings): Venue {
  const feePpm = Math.round(settings.taker_fee_bps * 100);
  const feeInCoin = settings.fee_currency === 'received';
  const fee = feePpm / 1e6;
  const quoteUnits = 10 ** settings.quote_decimals;
  return {
    id,
    feePpm,
    feeInCoin,
    sellFactor: 1 - fee,
    buyFactor: feeInCoin ? 1 / (1 - fee) : 1 + fee,
    ticks: settings.ticks.map(([from, size]) => ({
      from,
      size,
      perUnit: size < 1 ? Math.round(1 / size) : 0,
    })),
    lot: Math.round(settings.lot * COIN_UNITS),
    minNotional: Math.round(settings.min_notional * quoteUnits),
    quoteUnits,
    divisor: 10 ** (8 - settings.quote_decimals),
    latencyUs: Math.round(settings.latency_ms * 1e3),
    jitterUs: Math.round(settings.jitter_ms * 1e3),
    cash: Math.round(settings.cash * quoteUnits),
    coin: Math.round(settings.coin * COIN_UNITS),
    withdrawalFee: Math.round(settings.withdrawal_fee_coin * COIN_UNITS),
  };
}

/** Nearest integer, a half away from zero. */
export function roundSigned(value: number): number {
  return value < 0 ? -Math.floor(0.5 - value) : Math.floor(value + 0.5);
}

/** Quote units of `quantity` coin units at `price`. */
export function notionalOf(venue: Venue, price: number, quantity: number): number {
  return Math.floor((price * quantity) / venue.divisor + 0.5);
}

/** The fee on `amount` units of whatever it is taken in, rounded up. */
export function feeOf(venue: Venue, amount: number): number {
  return Math.ceil((amount * venue.feePpm) / 1e6);
}

function tickAt(venue: Venue, price: number): Tick {
  const { ticks } = venue;
  let row = ticks.length - 1;
  while (row > 0 && price < ticks[row]!.from) row--;
  return ticks[row]!;
}

/** The dearest price on the tick grid that is not above `price`, but for 1e-9 of a tick. */
function floorToTick(venue: Venue, price: number): number {
  const { size, perUnit } = tickAt(venue, price);
  if (perUnit === 0) return Math.floor(price / size + 1e-9) * size;
  return Math.floor(price * perUnit + 1e-9) / perUnit;
}

function ceilToTick(venue: Venue, price: number): number {
  const { size, perUnit } = tickAt(venue, price);
  if (perUnit === 0) return Math.ceil(price / size - 1e-9) * size;
  return Math.ceil(price * perUnit - 1e-9) / perUnit;
}

/** Limit of a buy that saw `ask`: never below it, though it may stand off the grid. */
export function buyLimit(venue: Venue, ask: number, toleranceBps: number): number {
  return Math.max(ask, floorToTick(venue, ask * (1 + toleranceBps / 1e4)));
}

/** Limit of a sale that saw `bid`: never above it. */
export function sellLimit(venue: Venue, bid: number, toleranceBps: number): number {
  return Math.min(bid, ceilToTick(venue, bid * (1 - toleranceBps / 1e4)));
}

/** Displayed quantity in coin units; Infinity stays. */
export function displayedUnits(quantity: number): number {
  return Math.floor(quantity * COIN_UNITS + 0.5);
}

export function floorToLot(quantity: number, lot: number): number {
  return lot === 1 ? Math.floor(quantity) : Math.floor(quantity / lot) * lot;
}
