import type { MarketData } from '../market-data/market-data.ts';
import type { CandidateFinder } from './edges.ts';
import { Exchange } from './exchange.ts';
import { Ledger } from './ledger.ts';
import { type Tolerance, toleranceOf } from './orders.ts';
import type { Strategy } from './params.ts';
import { PnlBook } from './pnl-book.ts';
import type { Recorder } from './recorder.ts';
import { RiskGuard } from './risk-guard.ts';
import { Scorecard } from './scorecard.ts';
import type { World } from './world.ts';

/** The state of one trial on one data set. */
export class Run {
  readonly world: World;
  readonly market: MarketData;
  readonly strategy: Strategy;
  readonly finder: CandidateFinder;
  readonly ledger: Ledger;
  readonly upbit: Exchange;
  readonly binance: Exchange;
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

  /** The oldest quote that a signal may rest on, microseconds. */
  readonly staleUs: number;
  readonly legTolerance: Tolerance;
  readonly unwindTolerance: Tolerance;
  /** Without skew. */
  readonly #leastEdge: number;

  constructor(world: World, strategy: Strategy, finder: CandidateFinder, recorder?: Recorder) {
    const { market, settings } = world;
    this.world = world;
    this.market = market;
    this.strategy = strategy;
    this.finder = finder;
    this.recorder = recorder;
    this.end = market.time[market.rows - 1] ?? 0;
    this.ledger = new Ledger(recorder?.journal);
    this.upbit = new Exchange(world.upbit, market, this.ledger);
    this.binance = new Exchange(world.binance, market, this.ledger);
    this.guard = new RiskGuard(
      settings.guard,
      strategy,
      { krwUnits: world.upbit.quoteUnits, capital: world.capital, end: this.end },
      recorder?.trips,
    );
    this.score = new Scorecard(market.time[0] ?? 0, settings.return_period_s, world.capital);
    this.staleUs = strategy.stale_ms * 1e3;
    this.legTolerance = toleranceOf(strategy.slippage_bps);
    this.unwindTolerance = toleranceOf(strategy.unwind_slippage_bps);
    this.#leastEdge = Math.max(settings.guard.min_edge_pct, strategy.min_spread_pct) / 100;
    this.updateThresholds();
  }

  /** Upbit's mid price: what unhedged coin is marked at. Where the row has no quote, that of the last row with one. */
  mid(row: number): number {
    const { bid, ask } = this.market.upbit;
    let quoted = row;
    while (quoted > 0 && !(bid[quoted]! > 0)) quoted--;
    return (bid[quoted]! + ask[quoted]!) / 2;
  }

  /** Coin units in KRW units, marked at Upbit's mid. */
  mark(coin: number, row: number): number {
    return this.world.upbit.coinValue(coin, this.mid(row));
  }

  /** How far Upbit's share of the coin stands from the opening one; 0 without coin on either venue. */
  coinShift(): number {
    const upbit = this.upbit.coin;
    const total = upbit + this.binance.coin;
    return total === 0 ? 0 : upbit / total - this.world.openingShare;
  }

  /** After every change of balances: skew moves the least edges, and what cannot be paid is not looked for. */
  updateThresholds(): void {
    const { strategy, world } = this;
    let sellingUpbit = this.#leastEdge;
    let sellingBinance = this.#leastEdge;
    if (strategy.inventory_skew_pct > 0) {
      const shift = this.coinShift();
      const skew = strategy.inventory_skew_pct * shift;
      const least = world.settings.guard.min_edge_pct;
      sellingUpbit = Math.max(least, strategy.min_spread_pct - skew) / 100;
      sellingBinance = Math.max(least, strategy.min_spread_pct + skew) / 100;
    }
    this.thresholdSellingUpbit = this.#canTrade(this.binance, this.upbit)
      ? sellingUpbit
      : Number.POSITIVE_INFINITY;
    this.thresholdSellingBinance = this.#canTrade(this.upbit, this.binance)
      ? sellingBinance
      : Number.POSITIVE_INFINITY;
  }

  #canTrade(buy: Exchange, sell: Exchange): boolean {
    return sell.coin >= this.world.lot && buy.cash >= buy.venue.minNotional;
  }
}
