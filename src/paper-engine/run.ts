import type { MarketData, VenueColumns } from '../market-data/market-data.ts';
import { hashSeed } from './clock.ts';
import { type CandidateFinder, type EdgeFactors, edgeFactors } from './edges.ts';
import { BINANCE_CASH, BINANCE_COIN, type JournalEntry, Ledger, UPBIT_CASH, UPBIT_COIN } from './ledger.ts';
import type { Strategy } from './params.ts';
import { PnlBook } from './pnl-book.ts';
import { RiskGuard, type Trip } from './risk-guard.ts';
import { Scorecard } from './scorecard.ts';
import type { EngineSettings } from './settings.ts';
import { BINANCE, compileVenue, roundSigned, UPBIT, type Venue, type VenueId } from './venue.ts';

/** One order of the replay, as listed on request. Amounts in minor units. */
export interface Fill {
  readonly trade: number;
  readonly purpose: 'leg' | 'unwind';
  readonly venue: 'upbit' | 'binance';
  readonly side: 'buy' | 'sell';
  /** Sent and matched, microseconds; the row in force at the match. */
  readonly sentAt: number;
  readonly time: number;
  readonly row: number;
  readonly ordered: number;
  readonly limit: number;
  readonly filled: number;
  readonly price: number;
  readonly notional: number;
  readonly fee: number;
  readonly feeIn: 'quote' | 'coin';
}

/** What a replay lists besides its metrics. */
export interface Recorder {
  readonly fills: Fill[];
  readonly trips: Trip[];
  readonly journal: JournalEntry[];
  readonly trades: TradeRecord[];
  readonly equity: EquityPoint[];
}

/** One signalled trade; money in KRW, quantities in coin. */
export interface TradeRecord {
  readonly trade: number;
  readonly direction: 'sell_upbit' | 'sell_binance';
  readonly row: number;
  readonly time: number;
  readonly settledAt: number;
  readonly edgePct: number;
  readonly ordered: number;
  readonly bought: number;
  readonly sold: number;
  readonly pnl: number;
}

export interface EquityPoint {
  readonly time: number;
  /** Realised profit plus the mark of unhedged coin, KRW. */
  readonly equity: number;
  readonly realised: number;
}

/** Data and settings, compiled once and shared by the trials. */
export interface World {
  readonly market: MarketData;
  readonly settings: EngineSettings;
  readonly upbit: Venue;
  readonly binance: Venue;
  /** USDT units to the KRW unit at a rate of 1. */
  readonly usdtUnits: number;
  readonly factors: EdgeFactors;
  /** Of the jitter's seed. */
  readonly seedHash: number;
  /** The first row on which everything has a price; `rows` when there is none. */
  readonly firstRow: number;
  /** The opening balances in KRW units at `firstRow`: what losses are measured against. */
  readonly capital: number;
  /** Both legs' quantities are multiples of it, coin units. */
  readonly lot: number;
  readonly openingCoin: number;
  /** Upbit's share of the opening coin. */
  readonly openingShare: number;
  /** Upbit's share of the opening cash, by value. */
  readonly openingCashShare: number;
}

export function createWorld(market: MarketData, settings: EngineSettings): World {
  const upbit = compileVenue(UPBIT, settings.upbit);
  const binance = compileVenue(BINANCE, settings.binance);
  let firstRow = 0;
  while (firstRow < market.rows && !isQuoted(market, firstRow)) firstRow++;
  const openingCoin = upbit.coin + binance.coin;
  const quoted = firstRow < market.rows;
  const rate = quoted ? market.rate[firstRow]! : 0;
  const mid = quoted ? (market.upbit.bid[firstRow]! + market.upbit.ask[firstRow]!) / 2 : 0;
  const usdtUnits = binance.quoteUnits / upbit.quoteUnits;
  const binanceCash = krwOf(binance.cash, rate, usdtUnits);
  const cash = upbit.cash + binanceCash;
  return {
    market,
    settings,
    upbit,
    binance,
    usdtUnits,
    factors: edgeFactors(upbit, binance),
    seedHash: hashSeed(settings.seed),
    firstRow,
    capital: cash + roundSigned((mid * openingCoin) / upbit.divisor),
    lot: Math.max(upbit.lot, binance.lot),
    openingCoin,
    openingShare: openingCoin === 0 ? 0 : upbit.coin / openingCoin,
    openingCashShare: cash === 0 ? 0 : upbit.cash / cash,
  };
}

function isQuoted({ upbit, binance, rate }: MarketData, row: number): boolean {
  return upbit.bid[row]! + upbit.ask[row]! + binance.bid[row]! + binance.ask[row]! + rate[row]! > 0;
}

/** USDT units in KRW units at `rate`, a half away from zero. */
function krwOf(usdt: number, rate: number, usdtUnits: number): number {
  return roundSigned((usdt * rate) / usdtUnits);
}

/** The state of one trial on one data set. */
export class Run {
  readonly world: World;
  readonly market: MarketData;
  readonly strategy: Strategy;
  readonly finder: CandidateFinder;
  readonly ledger: Ledger;
  readonly book = new PnlBook();
  readonly guard: RiskGuard;
  readonly score: Scorecard;
  readonly recorder: Recorder | undefined;
  /** Microseconds of the last row. */
  readonly end: number;

  /** Least edges of the two directions now; Infinity where the funds cannot support any order. */
  thresholdSellingUpbit = Number.POSITIVE_INFINITY;
  thresholdSellingBinance = Number.POSITIVE_INFINITY;
  /** When what is in transit arrives; Infinity when nothing is. */
  arrivesAt = Number.POSITIVE_INFINITY;
  /** Coin and cash that is on its way to Upbit (else to Binance). */
  transitToUpbit = { coin: false, cash: false };

  /** What our own orders took from the quote of this stamp, by venue and side. */
  readonly #takenOf = new Float64Array(4).fill(Number.NaN);
  readonly #taken = new Float64Array(4);
  /** Without skew. */
  readonly #leastEdge: number;

  constructor(world: World, strategy: Strategy, finder: CandidateFinder, recorder?: Recorder) {
    const { market, settings, upbit, binance } = world;
    this.world = world;
    this.market = market;
    this.strategy = strategy;
    this.finder = finder;
    this.recorder = recorder;
    this.end = market.time[market.rows - 1] ?? 0;
    this.ledger = new Ledger(recorder?.journal);
    const { balances } = this.ledger;
    balances[UPBIT_CASH] = upbit.cash;
    balances[UPBIT_COIN] = upbit.coin;
    balances[BINANCE_CASH] = binance.cash;
    balances[BINANCE_COIN] = binance.coin;
    this.guard = new RiskGuard(
      settings.guard,
      strategy,
      { krwUnits: upbit.quoteUnits, capital: world.capital, end: this.end },
      recorder?.trips,
    );
    this.score = new Scorecard(market.time[0] ?? 0, settings.return_period_s, world.capital);
    this.#leastEdge = Math.max(settings.guard.min_edge_pct, strategy.min_spread_pct) / 100;
    this.updateThresholds();
  }

  columns(venue: VenueId): VenueColumns {
    return venue === UPBIT ? this.market.upbit : this.market.binance;
  }

  venue(venue: VenueId): Venue {
    return venue === UPBIT ? this.world.upbit : this.world.binance;
  }

  cash(venue: VenueId): number {
    return this.ledger.balances[venue === UPBIT ? UPBIT_CASH : BINANCE_CASH]!;
  }

  coin(venue: VenueId): number {
    return this.ledger.balances[venue === UPBIT ? UPBIT_COIN : BINANCE_COIN]!;
  }

  /** Quote units of a venue in KRW units at the rate of `row`. */
  krw(venue: VenueId, amount: number, row: number): number {
    return venue === UPBIT ? amount : krwOf(amount, this.market.rate[row]!, this.world.usdtUnits);
  }

  /** Upbit's mid price: what unhedged coin is marked at. Where the row has no quote, that of the last row with one. */
  mid(row: number): number {
    const { bid, ask } = this.market.upbit;
    let quoted = row;
    while (quoted > 0 && !(bid[quoted]! > 0)) quoted--;
    return (bid[quoted]! + ask[quoted]!) / 2;
  }

  /** Coin units in KRW units at `price`, a half away from zero. */
  coinValue(coin: number, price: number): number {
    return roundSigned((price * coin) / this.world.upbit.divisor);
  }

  /** Displayed quantity on a side less what we took of the same quote, coin units; never below 0. */
  available(venue: VenueId, buying: boolean, row: number): number {
    const columns = this.columns(venue);
    const side = venue * 2 + (buying ? 1 : 0);
    const quantity = Math.floor((buying ? columns.askQty[row]! : columns.bidQty[row]!) * 1e8 + 0.5);
    if (this.#takenOf[side] !== columns.updated[row]) return quantity;
    return Math.max(0, quantity - this.#taken[side]!);
  }

  take(venue: VenueId, buying: boolean, row: number, quantity: number): void {
    const side = venue * 2 + (buying ? 1 : 0);
    const stamp = this.columns(venue).updated[row]!;
    this.#taken[side] = this.#takenOf[side] === stamp ? this.#taken[side]! + quantity : quantity;
    this.#takenOf[side] = stamp;
  }

  /** After every change of balances: skew moves the least edges, and what cannot be paid is not looked for. */
  updateThresholds(): void {
    const { strategy, world } = this;
    let sellingUpbit = this.#leastEdge;
    let sellingBinance = this.#leastEdge;
    if (strategy.inventory_skew_pct > 0) {
      const total = this.coin(UPBIT) + this.coin(BINANCE);
      const shift = total === 0 ? 0 : this.coin(UPBIT) / total - world.openingShare;
      const skew = strategy.inventory_skew_pct * shift;
      const least = world.settings.guard.min_edge_pct;
      sellingUpbit = Math.max(least, strategy.min_spread_pct - skew) / 100;
      sellingBinance = Math.max(least, strategy.min_spread_pct + skew) / 100;
    }
    this.thresholdSellingUpbit = this.#canTrade(world.binance, world.upbit)
      ? sellingUpbit
      : Number.POSITIVE_INFINITY;
    this.thresholdSellingBinance = this.#canTrade(world.upbit, world.binance)
      ? sellingBinance
      : Number.POSITIVE_INFINITY;
  }

  #canTrade(buy: Venue, sell: Venue): boolean {
    return this.coin(sell.id) >= this.world.lot && this.cash(buy.id) >= buy.minNotional;
  }
}
