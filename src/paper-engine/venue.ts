import type { EngineSettings, VenueSettings } from './settings.ts';

/**
 * A venue's settings in the units the engine counts in, and the arithmetic of its prices, notionals and fees.
 * Coin is counted in units of 1e-8, the quote currency in units of 10^-quote_decimals, values in KRW in those of Upbit's;
 * all are exact integers.
 */

export const COIN_UNITS = 1e8;

export const UPBIT = 0;
export const BINANCE = 1;
export type VenueId = typeof UPBIT | typeof BINANCE;

export const VENUE_NAMES = ['upbit', 'binance'] as const;

/** A row of the tick table. */
export interface Tick {
  readonly from: number;
  readonly size: number;
  /** Ticks a unit of price, where a tick is below 1; else 0. */
  readonly perUnit: number;
}

export class Venue {
  readonly id: VenueId;
  /** Whether it is quoted in KRW, as Upbit is. */
  readonly inKrw: boolean;
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
  /** Quote units to the KRW unit at a rate of 1. */
  readonly unitsPerKrw: number;
  readonly latencyUs: number;
  readonly jitterUs: number;
  readonly cash: number;
  readonly coin: number;
  readonly withdrawalFee: number;

  /** `krwUnits`: of Upbit's quote currency, to one KRW. */
  constructor(id: VenueId, settings: VenueSettings, krwUnits: number) {
    const fee = Math.round(settings.taker_fee_bps * 100) / 1e6;
    this.id = id;
    this.inKrw = id === UPBIT;
    this.feePpm = Math.round(settings.taker_fee_bps * 100);
    this.feeInCoin = settings.fee_currency === 'received';
    this.sellFactor = 1 - fee;
    this.buyFactor = this.feeInCoin ? 1 / (1 - fee) : 1 + fee;
    this.ticks = settings.ticks.map(([from, size]) => ({
      from,
      size,
      perUnit: size < 1 ? Math.round(1 / size) : 0,
    }));
    this.quoteUnits = unitsOf(settings);
    this.divisor = 10 ** (8 - settings.quote_decimals);
    this.unitsPerKrw = this.quoteUnits / krwUnits;
    this.lot = Math.round(settings.lot * COIN_UNITS);
    this.minNotional = Math.round(settings.min_notional * this.quoteUnits);
    this.latencyUs = Math.round(settings.latency_ms * 1e3);
    this.jitterUs = Math.round(settings.jitter_ms * 1e3);
    this.cash = Math.round(settings.cash * this.quoteUnits);
    this.coin = Math.round(settings.coin * COIN_UNITS);
    this.withdrawalFee = Math.round(settings.withdrawal_fee_coin * COIN_UNITS);
  }

  /** Quote units of `quantity` coin units at `price`. */
  notional(price: number, quantity: number): number {
    return Math.floor((price * quantity) / this.divisor + 0.5);
  }

  /** The fee on `amount` units of whatever it is taken in, rounded up. */
  fee(amount: number): number {
    return Math.ceil((amount * this.feePpm) / 1e6);
  }

  /** Quote units in KRW units at `rate`, a half away from zero. */
  krw(amount: number, rate: number): number {
    return this.inKrw ? amount : roundSigned((amount * rate) / this.unitsPerKrw);
  }

  /** Coin units in quote units at `price`, a half away from zero. */
  coinValue(coin: number, price: number): number {
    return roundSigned((price * coin) / this.divisor);
  }

  floorToLot(quantity: number): number {
    return floorToLot(quantity, this.lot);
  }

  /** Limit of a buy that saw `ask`, `1 + tolerance` times it at most: never below it, though it may stand off the grid. */
  buyLimit(ask: number, factor: number): number {
    return Math.max(ask, this.#floorToTick(ask * factor));
  }

  /** Limit of a sale that saw `bid`, `1 - tolerance` times it at least: never above it. */
  sellLimit(bid: number, factor: number): number {
    return Math.min(bid, this.#ceilToTick(bid * factor));
  }

  /** The dearest price on the tick grid that is not above `price`, but for 1e-9 of a tick. */
  #floorToTick(price: number): number {
    const { size, perUnit } = this.#tickAt(price);
    if (perUnit === 0) return Math.floor(price / size + 1e-9) * size;
    return Math.floor(price * perUnit + 1e-9) / perUnit;
  }

  #ceilToTick(price: number): number {
    const { size, perUnit } = this.#tickAt(price);
    if (perUnit === 0) return Math.ceil(price / size - 1e-9) * size;
    return Math.ceil(price * perUnit - 1e-9) / perUnit;
  }

  #tickAt(price: number): Tick {
    const { ticks } = this;
    let row = ticks.length - 1;
    while (row > 0 && price < ticks[row]!.from) row--;
    return ticks[row]!;
  }
}

export interface Venues {
  readonly upbit: Venue;
  readonly binance: Venue;
}

export function compileVenues({ upbit, binance }: EngineSettings): Venues {
  const krwUnits = unitsOf(upbit);
  return { upbit: new Venue(UPBIT, upbit, krwUnits), binance: new Venue(BINANCE, binance, krwUnits) };
}

function unitsOf({ quote_decimals }: VenueSettings): number {
  return 10 ** quote_decimals;
}

/** Nearest integer, a half away from zero. */
export function roundSigned(value: number): number {
  return value < 0 ? -Math.floor(0.5 - value) : Math.floor(value + 0.5);
}

export function floorToLot(quantity: number, lot: number): number {
  return lot === 1 ? Math.floor(quantity) : Math.floor(quantity / lot) * lot;
}
