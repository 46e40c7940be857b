import type { MarketData } from '../market-data/market-data.ts';
import type { EngineSettings } from './settings.ts';
import { compileVenues, type Venues } from './venue.ts';

/**
 * The net edge of both directions: what a unit of KRW spent on one venue brings on the other after both taker fees,
 * less 1. It depends on quotes, rate and fees only, never on a trial's params.
 */

/** What the edges depend on besides the data. */
export interface EdgeFactors {
  readonly sellUpbit: number;
  readonly buyUpbit: number;
  readonly sellBinance: number;
  readonly buyBinance: number;
}

export function edgeFactors({ upbit, binance }: Venues): EdgeFactors {
  return {
    sellUpbit: upbit.sellFactor,
    buyUpbit: upbit.buyFactor,
    sellBinance: binance.sellFactor,
    buyBinance: binance.buyFactor,
  };
}

export function edgeFactorsOf(settings: EngineSettings): EdgeFactors {
  return edgeFactors(compileVenues(settings));
}

/** Buy on Binance, sell on Upbit. NaN where a quote is missing. */
export function edgeSellingUpbit(market: MarketData, factors: EdgeFactors, row: number, krw: number): number {
  const spent = market.binance.ask[row]! * krw * factors.buyBinance;
  return (market.upbit.bid[row]! * factors.sellUpbit) / spent - 1;
}

/** Buy on Upbit, sell on Binance. NaN where a quote is missing. */
export function edgeSellingBinance(
  market: MarketData,
  factors: EdgeFactors,
  row: number,
  krw: number,
): number {
  const brought = market.binance.bid[row]! * krw * factors.sellBinance;
  return brought / (market.upbit.ask[row]! * factors.buyUpbit) - 1;
}

/** Finds the rows on which a direction's edge reaches its threshold. */
export interface CandidateFinder {
  /** The first row in [from, to) with an edge >= its threshold in either direction; `to` when there is none. */
  next(from: number, to: number, sellingUpbit: number, sellingBinance: number): number;
}
