import { ArbtuneError } from '../errors.ts';
import { allocateColumns, type Shape } from './columns.ts';
import type { MarketData, VenueColumns } from './market-data.ts';
import { isConstant, leastPacking, setNumber } from './packing.ts';
import type { QuoteSeries, RateSeries } from './quotes.ts';

/** Two venues' quotes and a rate, merged by time into the form that the engine reads. Pure. */

export interface MergeInput {
  readonly upbit: QuoteSeries;
  readonly binance: QuoteSeries;
  readonly rate: RateSeries;
}

/** The time in which there is something to trade: from when all three are known until one venue falls silent for good. */
export interface Window {
  /** Microseconds, both inclusive. */
  readonly from: number;
  readonly to: number;
}

/** Throws an `ArbtuneError` of kind `input` that gives each window when the venues never quote at the same time. */
export function overlap({ upbit, binance, rate }: MergeInput): Window {
  const from = Math.max(upbit.time[0]!, binance.time[0]!, rate.time[0]!);
  const to = Math.min(upbit.time[upbit.rows - 1]!, binance.time[binance.rows - 1]!);
  if (from > to) {
    throw new ArbtuneError(
      'input',
      `The recordings never overlap: upbit ${span(upbit)}, binance ${span(binance)}` +
        `${Number.isFinite(rate.time[0]) ? `, rate from ${describeTime(rate.time[0]!)}` : ''}; ` +
        'expected quotes of both venues, and a rate, at the same time',
    );
  }
  return { from, to };
}

/**
 * A row for each time within the overlap at which a quote or the rate was given; of several quotes of one venue at the
 * same time the last stands. `hash` names the result.
 */
export function mergeQuotes(input: MergeInput, hash: string): MarketData {
  const window = overlap(input);
  let upbitAlways = true;
  let binanceAlways = true;
  const rows = walk(input, window, (_, time, upbit, binance) => {
    upbitAlways = upbitAlways && updated(input.upbit, upbit) === time;
    binanceAlways = binanceAlways && updated(input.binance, binance) === time;
  });
  const venue = ({ bidQty, askQty }: QuoteSeries, always: boolean) => ({
    always,
    bidQty: leastPacking(bidQty),
    askQty: leastPacking(askQty),
  });
  const shape: Shape = {
    rows,
    upbit: venue(input.upbit, upbitAlways),
    binance: venue(input.binance, binanceAlways),
    constantRate: isConstant(input.rate.rate),
  };
  const data = allocateColumns(shape, hash);
  walk(input, window, (row, time, upbit, binance, rate) => {
    data.time[row] = time;
    copyQuote(input.upbit, upbit, data.upbit, row);
    copyQuote(input.binance, binance, data.binance, row);
    data.rate[row & data.rateMask] = input.rate.rate[rate]!;
  });
  return data;
}

/** Visits the merged rows in order with the index of each series' latest entry; returns their number. */
function walk(
  { upbit, binance, rate }: MergeInput,
  { from, to }: Window,
  visit: (row: number, time: number, upbit: number, binance: number, rate: number) => void,
): number {
  let u = lastAtOrBefore(upbit.time, upbit.rows, from, 0);
  let b = lastAtOrBefore(binance.time, binance.rows, from, 0);
  let r = lastAtOrBefore(rate.time, rate.rows, from, 0);
  let time = from;
  let row = 0;
  while (time <= to) {
    visit(row++, time, u, b, r);
    const nextUpbit = u + 1 < upbit.rows ? upbit.time[u + 1]! : Infinity;
    const nextBinance = b + 1 < binance.rows ? binance.time[b + 1]! : Infinity;
    const nextRate = r + 1 < rate.rows ? rate.time[r + 1]! : Infinity;
    time = Math.min(nextUpbit, nextBinance, nextRate);
    if (nextUpbit === time) u = lastAtOrBefore(upbit.time, upbit.rows, time, u);
    if (nextBinance === time) b = lastAtOrBefore(binance.time, binance.rows, time, b);
    if (nextRate === time) r = lastAtOrBefore(rate.time, rate.rows, time, r);
  }
  return row;
}

/** The last entry with a time <= `time`, looking on from `index`. */
function lastAtOrBefore(times: Float64Array, rows: number, time: number, index: number): number {
  let at = index;
  while (at + 1 < rows && times[at + 1]! <= time) at++;
  return at;
}

function copyQuote(from: QuoteSeries, index: number, to: VenueColumns, row: number): void {
  to.bid[row] = from.bid[index]!;
  setNumber(to.bidQty, row, from.bidQty[index]!);
  to.ask[row] = from.ask[index]!;
  setNumber(to.askQty, row, from.askQty[index]!);
  to.updated[row] = updated(from, index);
}

/** When the quote was made; NaN where there is none. */
function updated(series: QuoteSeries, index: number): number {
  return Number.isNaN(series.bid[index]) ? Number.NaN : series.time[index]!;
}

function span({ time, rows }: QuoteSeries): string {
  return `[${describeTime(time[0]!)}, ${describeTime(time[rows - 1]!)}]`;
}

/** A time of a recording as people read it; of a scenario, seconds. */
export function describeTime(microseconds: number): string {
  if (microseconds < 1e14) return `${microseconds / 1e6} s`;
  const milliseconds = Math.floor(microseconds / 1000);
  const iso = new Date(milliseconds).toISOString();
  return iso.replace('Z', `${String(microseconds - milliseconds * 1000).padStart(3, '0')}Z`);
}
