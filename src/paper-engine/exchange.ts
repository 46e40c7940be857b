import { type MarketData, rateAt, type VenueColumns } from '../market-data/market-data.ts';
import type { PackedColumn } from '../market-data/packing.ts';
import {
  BINANCE_CASH,
  BINANCE_COIN,
  FEES_KRW,
  FEES_USDT,
  type Ledger,
  MARKET_KRW,
  MARKET_USDT,
  UPBIT_CASH,
  UPBIT_COIN,
} from './ledger.ts';
import { COIN_UNITS, type Venue } from './venue.ts';

/** Displayed quantities of one side, and what our own orders took of the quote of a stamp. */
interface Displayed {
  readonly values: PackedColumn['values'];
  readonly mask: number;
  /** Coin units of a value of 1. */
  readonly units: number;
  takenOf: number;
  taken: number;
}

function displayed({ values, mask, divisor }: PackedColumn): Displayed {
  return { values, mask, units: COIN_UNITS / divisor, takenOf: Number.NaN, taken: 0 };
}

/** A venue as one trial meets it: its rules and quotes, the trial's balances there, and what it took of those quotes. */
export class Exchange {
  readonly venue: Venue;
  readonly quotes: VenueColumns;
  readonly rate: Float64Array<SharedArrayBuffer>;
  readonly rateMask: number;
  /** Its accounts in the ledger, and those outside that its fills and fees move against. */
  readonly cashAccount: number;
  readonly coinAccount: number;
  readonly marketAccount: number;
  readonly feesAccount: number;
  readonly #balances: Float64Array;
  readonly #bids: Displayed;
  readonly #asks: Displayed;

  constructor(venue: Venue, market: MarketData, ledger: Ledger) {
    this.venue = venue;
    this.quotes = venue.inKrw ? market.upbit : market.binance;
    this.rate = market.rate;
    this.rateMask = market.rateMask;
    this.#bids = displayed(this.quotes.bidQty);
    this.#asks = displayed(this.quotes.askQty);
    this.cashAccount = venue.inKrw ? UPBIT_CASH : BINANCE_CASH;
    this.coinAccount = venue.inKrw ? UPBIT_COIN : BINANCE_COIN;
    this.marketAccount = venue.inKrw ? MARKET_KRW : MARKET_USDT;
    this.feesAccount = venue.inKrw ? FEES_KRW : FEES_USDT;
    this.#balances = ledger.balances;
    this.#balances[this.cashAccount] = venue.cash;
    this.#balances[this.coinAccount] = venue.coin;
  }

  get cash(): number {
    return this.#balances[this.cashAccount]!;
  }

  get coin(): number {
    return this.#balances[this.coinAccount]!;
  }

  price(buying: boolean, row: number): number {
    return buying ? this.quotes.ask[row]! : this.quotes.bid[row]!;
  }

  /** Quote units in KRW units at the rate of `row`. */
  krw(amount: number, row: number): number {
    return this.venue.krw(amount, rateAt(this, row));
  }

  /** Displayed quantity on a side less what we took of the same quote, coin units; never below 0. */
  available(buying: boolean, row: number): number {
    const side = buying ? this.#asks : this.#bids;
    // Half up; Infinity stays.
    const shown = Math.floor(side.values[row & side.mask]! * side.units + 0.5);
    return side.takenOf === this.quotes.updated[row] ? Math.max(0, shown - side.taken) : shown;
  }

  take(buying: boolean, row: number, quantity: number): void {
    const side = buying ? this.#asks : this.#bids;
    const stamp = this.quotes.updated[row]!;
    side.taken = side.takenOf === stamp ? side.taken + quantity : quantity;
    side.takenOf = stamp;
  }

  /**
   * The largest quantity that the cash pays for at `limit`, fee included, coin units. Two units of cash are left aside
   * for the rounding of notional and fee.
   */
  affordable(limit: number): number {
    const { feeInCoin, buyFactor, divisor } = this.venue;
    const perCoin = feeInCoin ? limit : limit * buyFactor;
    return Math.max(0, Math.floor(((this.cash - 2) * divisor) / perCoin));
  }
}
