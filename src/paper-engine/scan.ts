import type { MarketData } from '../market-data/market-data.ts';
import type { CandidateFinder, EdgeFactors } from './edges.ts';

/** The full scan: looks at every row. What the index must equal, and what is used where an index is not worth making. */

/**
 * Rows a call: V8 leaves a loop that is entered once in its on-stack-replacement code, at half the speed of a
 * function that is called often enough to be compiled as a whole.
 */
const STEP = 4_096;

export function createScan(market: MarketData, factors: EdgeFactors): CandidateFinder {
  return {
    next(from, to, sellingUpbit, sellingBinance) {
      for (let start = from; start < to; start += STEP) {
        const end = Math.min(start + STEP, to);
        const row = scanRows(market, factors, start, end, sellingUpbit, sellingBinance);
        if (row < end) return row;
      }
      return to;
    },
  };
}

/** The first row in [from, to) that reaches a threshold; `to` when there is none. */
export function scanRows(
  market: MarketData,
  factors: EdgeFactors,
  from: number,
  to: number,
  sellingUpbit: number,
  sellingBinance: number,
): number {
  const { rate } = market;
  const { bid: upbitBid, ask: upbitAsk } = market.upbit;
  const { bid: binanceBid, ask: binanceAsk } = market.binance;
  const { sellUpbit, buyUpbit, sellBinance, buyBinance } = factors;
  for (let row = from; row < to; row++) {
    const krw = rate[row]!;
    if ((upbitBid[row]! * sellUpbit) / (binanceAsk[row]! * krw * buyBinance) - 1 >= sellingUpbit) return row;
    if ((binanceBid[row]! * krw * sellBinance) / (upbitAsk[row]! * buyUpbit) - 1 >= sellingBinance)
      return row;
  }
  return to;
}
