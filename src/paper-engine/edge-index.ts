import { type MarketData, rateAt } from '../market-data/market-data.ts';
import { type CandidateFinder, type EdgeFactors, edgeSellingBinance, edgeSellingUpbit } from './edges.ts';
import { scanRows } from './scan.ts';

/**
 * An index over a data set that lets a trial skip what it cannot trade: the greatest edge of each direction in blocks
 * of rows, and in blocks of blocks. Edges depend on data and fees alone, so one index serves every trial of a session,
 * and what it finds is what the full scan finds.
 */

/** Rows a block, and blocks a block of the next level: 16, 256 and 4,096 rows. */
const BLOCK_BITS = 4;
const FAN_BITS = 4;
const BLOCK = 1 << BLOCK_BITS;
const FAN = 1 << FAN_BITS;
const LEVELS = 3;

type Maxima = Float64Array<SharedArrayBuffer>;

export interface EdgeIndex {
  /** By level, finest first; -Infinity where no row of a block has both quotes. */
  readonly sellingUpbit: readonly Maxima[];
  readonly sellingBinance: readonly Maxima[];
}

/** Rows that one entry of a level covers. */
function span(level: number): number {
  return BLOCK * FAN ** level;
}

/** Reads every row once. The index lies in shared memory, like the data. */
export function buildEdgeIndex(market: MarketData, factors: EdgeFactors): EdgeIndex {
  const index = {
    sellingUpbit: allocateLevels(market.rows),
    sellingBinance: allocateLevels(market.rows),
  };
  const upbit = index.sellingUpbit[0]!;
  const binance = index.sellingBinance[0]!;
  for (let block = 0; block < upbit.length; block++) fillBlock(market, factors, block, upbit, binance);
  for (let level = 1; level < LEVELS; level++) {
    fold(index.sellingUpbit[level - 1]!, index.sellingUpbit[level]!);
    fold(index.sellingBinance[level - 1]!, index.sellingBinance[level]!);
  }
  return index;
}

function allocateLevels(rows: number): Maxima[] {
  return Array.from({ length: LEVELS }, (_, level) => {
    const blocks = Math.ceil(rows / span(level));
    return new Float64Array(new SharedArrayBuffer(blocks * Float64Array.BYTES_PER_ELEMENT));
  });
}

function fillBlock(
  market: MarketData,
  factors: EdgeFactors,
  block: number,
  upbit: Maxima,
  binance: Maxima,
): void {
  let mostUpbit = Number.NEGATIVE_INFINITY;
  let mostBinance = Number.NEGATIVE_INFINITY;
  const end = Math.min((block + 1) * BLOCK, market.rows);
  for (let row = block * BLOCK; row < end; row++) {
    const krw = rateAt(market, row);
    const sellingUpbit = edgeSellingUpbit(market, factors, row, krw);
    const sellingBinance = edgeSellingBinance(market, factors, row, krw);
    if (sellingUpbit > mostUpbit) mostUpbit = sellingUpbit;
    if (sellingBinance > mostBinance) mostBinance = sellingBinance;
  }
  upbit[block] = mostUpbit;
  binance[block] = mostBinance;
}

function fold(fine: Maxima, coarse: Maxima): void {
  coarse.fill(Number.NEGATIVE_INFINITY);
  for (let i = 0; i < fine.length; i++) {
    const parent = Math.floor(i / FAN);
    if (fine[i]! > coarse[parent]!) coarse[parent] = fine[i]!;
  }
}

export function createIndexedFinder(
  market: MarketData,
  factors: EdgeFactors,
  { sellingUpbit, sellingBinance }: EdgeIndex,
): CandidateFinder {
  const [fineUpbit, middleUpbit, coarseUpbit] = sellingUpbit as [Maxima, Maxima, Maxima];
  const [fineBinance, middleBinance, coarseBinance] = sellingBinance as [Maxima, Maxima, Maxima];
  return {
    next(from, to, leastUpbit, leastBinance) {
      let row = from;
      while (row < to) {
        if ((row & (BLOCK - 1)) === 0) {
          const block = row >>> BLOCK_BITS;
          if ((block & (FAN - 1)) === 0) {
            const middle = block >>> FAN_BITS;
            if ((middle & (FAN - 1)) === 0) {
              const coarse = middle >>> FAN_BITS;
              if (!(coarseUpbit[coarse]! >= leastUpbit || coarseBinance[coarse]! >= leastBinance)) {
                row += BLOCK * FAN * FAN;
                continue;
              }
            }
            if (!(middleUpbit[middle]! >= leastUpbit || middleBinance[middle]! >= leastBinance)) {
              row += BLOCK * FAN;
              continue;
            }
          }
          if (!(fineUpbit[block]! >= leastUpbit || fineBinance[block]! >= leastBinance)) {
            row += BLOCK;
            continue;
          }
        }
        let end = (row | (BLOCK - 1)) + 1;
        if (end > to) end = to;
        row = scanRows(market, factors, row, end, leastUpbit, leastBinance);
        if (row < end) return row;
      }
      return to;
    },
  };
}
