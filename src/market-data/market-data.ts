import type { PackedColumn } from './packing.ts';

/**
 * Market data in the one form the engine reads: columns of equal length over shared memory, a row per moment at
 * which either venue's quote or the rate changed. Built once per process, read by every thread, never written again.
 */

/**
 * Quotes of one venue; prices in its quote currency, bid <= ask; quantities in base coin, >= 0, Infinity where the
 * source shows none. A venue without a quote yet, or with a gap that its policy blanks, has NaN in all five.
 */
export interface VenueColumns {
  readonly bid: Float64Array<SharedArrayBuffer>;
  readonly bidQty: PackedColumn;
  readonly ask: Float64Array<SharedArrayBuffer>;
  readonly askQty: PackedColumn;
  /** When this venue's quote of the row was made, microseconds: the row's age per venue is `time - updated`. */
  readonly updated: Float64Array<SharedArrayBuffer>;
}

export interface MarketData {
  readonly rows: number;
  /** Microseconds, never decreasing (since the epoch for recordings, since the start for scenarios). */
  readonly time: Float64Array<SharedArrayBuffer>;
  /** Quoted in KRW in the default pair. */
  readonly upbit: VenueColumns;
  /** Quoted in USDT in the default pair. */
  readonly binance: VenueColumns;
  /** Upbit's quote currency per unit of Binance's (KRW per USDT), at `rate[row & rateMask]`: see `rateAt`. */
  readonly rate: Float64Array<SharedArrayBuffer>;
  /** -1; 0 where the rate never changes and `rate` is that one number. */
  readonly rateMask: number;
  /** sha256 of the scenario with its data files' content, which decide the columns (`scenarioHash`). */
  readonly hash: string;
}

/** What knows the rate. */
type Rated = Pick<MarketData, 'rate' | 'rateMask'>;

export function rateAt({ rate, rateMask }: Rated, row: number): number {
  return rate[row & rateMask]!;
}
