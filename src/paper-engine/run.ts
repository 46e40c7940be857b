import type { MarketData, VenueColumns } from '../market-data/market-data.ts';
import type { CandidateFinder } from './edges.ts';
import { BINANCE_CASH, BINANCE_COIN, Ledger, UPBIT_CASH, UPBIT_COIN } from './ledger.ts';
import type { Strategy } from './params.ts';
import { PnlBook } from './pnl-book.ts';
import type { Recorder } from './recorder.ts';
import { RiskGuard } from './risk-guard.ts';
import { Scorecard } from './scorecard.ts';
import { BINANCE, displayedUnits, roundSigned, UPBIT, type Venue, type VenueId } from './venue.ts';
import { krwOf, type World } from './world.ts';

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
    const quantity = displayedUnits(buying ? columns.askQty[row]! : columns.bidQty[row]!);
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
