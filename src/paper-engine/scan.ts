import type { MarketData } from '../market-data/market-data.ts';
import type { CandidateFinder, EdgeFactors } from './edges.ts';

/** The full scan: looks at every row. What the index must equal, and what is used where an index is not worth making. */

/**
 * Rows a call: V8 leaves a loop that is entered once in its on-stack-replacement code, at half the speed of a
 * function that is called often enough to be compiled as a whole.
 */
const STEP = 4_096;

/**
 * A division takes several times a product, so a row is divided only when the product says that it comes close: prices
 * are above 0, and this is a million times further off than rounding can be.
 */
const NEARLY = 1 - 1e-9;

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
  const { rate, rateMask } = market;
  const { bid: upbitBid, ask: upbitAsk } = market.upbit;
  const { bid: binanceBid, ask: binanceAsk } = market.binance;
  const { sellUpbit, buyUpbit, sellBinance, buyBinance } = factors;
  const nearUpbit = (1 + sellingUpbit) * NEARLY;
  const nearBinance = (1 + sellingBinance) * NEARLY;
  for (let row = from; row < to; row++) {
    const krw = rate[row & rateMask]!;
    const broughtUpbit = upbitBid[row]! * sellUpbit;
    const spentBinance = binanceAsk[row]! * krw * buyBinance;
    if (broughtUpbit >= spentBinance * nearUpbit && broughtUpbit / spentBinance - 1 >= sellingUpbit)
      return row;
    const broughtBinance = binanceBid[row]! * krw * sellBinance;
    const spentUpbit = upbitAsk[row]! * buyUpbit;
    if (broughtBinance >= spentUpbit * nearBinance && broughtBinance / spentUpbit - 1 >= sellingBinance)
      return row;
  }
  return to;
}
