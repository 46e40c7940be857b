import { formatNumber } from '../analysis/number-format.ts';
import { type MarketData, rateAt } from '../market-data/market-data.ts';

/** Prices of the two venues that cannot be of one coin at the rate given: a wrong rate, or the sides swapped. */

/**
 * How far the venues' prices, in one currency, may lie apart. Bitcoin has cost half as much again in Korea as elsewhere
 * (January 2018), never twice; a rate of another currency, or one upside down, is off by far more.
 */
const MOST_APART = 2;

/** Rows looked at, evenly spaced: enough for a median, and quick on any data. */
const ROWS_SEEN = 1_001;

export interface PriceProblem {
  readonly message: string;
  readonly hint: string;
}

/** Undefined where the two venues' prices go together, or are never there at once. */
export function priceProblem(scenario: string, data: MarketData): PriceProblem | undefined {
  const rows = quotedRows(data);
  if (rows.length === 0) return undefined;
  const upbit = median(rows.map((row) => mid(data.upbit, row)));
  const binance = median(rows.map((row) => mid(data.binance, row)));
  const rate = median(rows.map((row) => rateAt(data, row)));
  const apart = median(
    rows.map((row) => mid(data.upbit, row) / (mid(data.binance, row) * rateAt(data, row))),
  );
  if (isTogether(apart)) return undefined;
  const [times, which] = apart > 1 ? [apart, 'above'] : [1 / apart, 'below'];
  return {
    message: `scenario ${scenario}: Upbit typically quotes ${formatNumber(upbit)} KRW and Binance ${formatNumber(binance)} USDT, at ${formatNumber(rate)} KRW per USDT ${formatNumber(binance * rate)} KRW; Upbit is a factor of ${formatNumber(times)} ${which}, which no arbitrage explains, and no profit found on it is real`,
    hint: likelyMistake(upbit, binance, rate),
  };
}

function likelyMistake(upbit: number, binance: number, rate: number): string {
  if (isTogether(binance / (upbit * rate))) {
    return rate < 1
      ? 'Did you write the rate upside down? It is KRW per USDT'
      : 'Did you swap the two sides, upbit and binance?';
  }
  return `A rate of about ${formatNumber(upbit / binance)} would bring them together: check the rate, and that both sides quote the same coin`;
}

function isTogether(ratio: number): boolean {
  return ratio <= MOST_APART && ratio >= 1 / MOST_APART;
}

/** Of the rows looked at, those on which both venues have a quote. */
function quotedRows(data: MarketData): number[] {
  const seen = Math.min(data.rows, ROWS_SEEN);
  const rows = Array.from({ length: seen }, (_, i) => Math.floor((i * data.rows) / seen));
  return rows.filter((row) => !Number.isNaN(mid(data.upbit, row) + mid(data.binance, row)));
}

function mid({ bid, ask }: MarketData['upbit'], row: number): number {
  return (bid[row]! + ask[row]!) / 2;
}

function median(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[values.length >> 1]!;
}
