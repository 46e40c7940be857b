import { describeTime } from '../merge.ts';
import { pushBlank, type QuoteSeries, quoteBuffer, quoteSeries } from '../quotes.ts';
import { type Finding, type FindingKind, Tally } from './findings.ts';
import type { RecordedVenue, TimeUnit } from './settings.ts';
import { isPlausible, LATEST, toMicroseconds, unitOf } from './time-unit.ts';

/** Finds what is wrong in a recording's rows and applies the stated policies. Pure: rows in, quotes and findings out. */

/** A file's rows as they were read, in the file's order; NaN where a value is missing or no number. */
export interface RawQuotes {
  readonly rows: number;
  /** In the file's unit. */
  readonly time: Float64Array;
  readonly bid: Float64Array;
  readonly bidQty: Float64Array;
  readonly ask: Float64Array;
  readonly askQty: Float64Array;
  /** 1 where the row is of the wanted symbol, 0 where of another. */
  readonly wanted: Float64Array;
}

export interface CheckSettings
  extends Pick<
    RecordedVenue,
    'clock_offset_ms' | 'max_gap_s' | 'on_gap' | 'on_crossed' | 'on_invalid' | 'on_backwards' | 'on_duplicate'
  > {
  readonly time_unit: TimeUnit;
  readonly time_origin: 'epoch' | 'start';
  /** Whether rows of other symbols are left out; else they are refused. */
  readonly symbolGiven: boolean;
  /** What the file calls its prices. */
  readonly names: { readonly bid: string; readonly ask: string };
  /** The present, microseconds since the epoch: a recording cannot be of later than a day from it. */
  readonly now: number;
}

export interface CheckedQuotes {
  /** Usable only when no finding is refused. */
  readonly quotes: QuoteSeries;
  /** The row of the last quote; -1 where there is none. */
  readonly last: number;
  /** In the order of their first rows. */
  readonly findings: readonly Finding[];
}

const DAY = 86_400e6;

export function checkQuotes(raw: RawQuotes, settings: CheckSettings): CheckedQuotes {
  const tally = new Tally();
  const times = new Float64Array(raw.rows);
  const kept = keptRows(raw, settings, times, tally);
  const quotes = quoteBuffer(kept.length);
  let newest = -1;
  for (const row of kept) {
    const time = times[row]!;
    if (newest >= 0) {
      if (time === times[newest]) {
        tally.note(
          'duplicate',
          settings.on_duplicate,
          row,
          () => `the time ${describeTime(time)} comes twice`,
        );
        if (settings.on_duplicate === 'first') continue;
        quotes.pop();
      } else {
        noteGap(times[newest]!, time, row);
      }
    }
    quotes.push(time, raw.bid[row]!, raw.bidQty[row]!, raw.ask[row]!, raw.askQty[row]!);
    newest = row;
  }
  return { quotes: quoteSeries(quotes), last: newest, findings: tally.findings() };

  function noteGap(before: number, time: number, row: number): void {
    const gap = (time - before) / 1e6;
    if (gap <= settings.max_gap_s) return;
    const what = () =>
      `no quote for ${gap} s before it (since ${describeTime(before)}; max_gap_s is ${settings.max_gap_s})`;
    tally.note('gap', settings.on_gap, row, what);
    if (settings.on_gap === 'blank') {
      pushBlank(before + Math.round(settings.max_gap_s * 1e6), quotes);
    }
  }
}

/** The rows that are quotes, in time order; fills `times`. */
function keptRows(raw: RawQuotes, settings: CheckSettings, times: Float64Array, tally: Tally): Int32Array {
  const kept = new Int32Array(raw.rows);
  const offset = Math.round(settings.clock_offset_ms * 1000);
  let count = 0;
  let newest = Number.NEGATIVE_INFINITY;
  let unordered = false;
  for (let row = 0; row < raw.rows; row++) {
    if (raw.wanted[row] !== 1) {
      const policy = settings.symbolGiven ? 'drop' : 'refuse';
      tally.note(
        'symbol',
        policy,
        row,
        () => `it is of another symbol than ${settings.symbolGiven ? 'asked for' : 'the first'}`,
      );
      continue;
    }
    const fault = faultOf(raw, row, settings);
    if (fault !== undefined) {
      const [kind, what] = fault;
      const policy =
        kind === 'crossed' ? settings.on_crossed : kind === 'time' ? 'refuse' : settings.on_invalid;
      tally.note(kind, policy, row, () => what);
      continue;
    }
    const time = toMicroseconds(raw.time[row]!, settings.time_unit) + offset;
    times[row] = time;
    if (time < newest) {
      const since = newest;
      const what = () => `its time ${describeTime(time)} lies before ${describeTime(since)} of a row above`;
      tally.note('backwards', settings.on_backwards, row, what);
      if (settings.on_backwards === 'drop') continue;
      unordered = true;
    }
    newest = Math.max(newest, time);
    kept[count++] = row;
  }
  const rows = kept.subarray(0, count);
  return unordered ? rows.sort((a, b) => times[a]! - times[b]! || a - b) : rows;
}

function faultOf(raw: RawQuotes, row: number, settings: CheckSettings): [FindingKind, string] | undefined {
  const { names } = settings;
  const bid = raw.bid[row]!;
  const ask = raw.ask[row]!;
  if (!isPrice(bid)) return ['invalid', `${names.bid} is ${shown(bid)}; expected a price > 0`];
  if (!isPrice(ask)) return ['invalid', `${names.ask} is ${shown(ask)}; expected a price > 0`];
  if (!(raw.bidQty[row]! >= 0))
    return ['invalid', `the bid quantity is ${shown(raw.bidQty[row]!)}; expected >= 0`];
  if (!(raw.askQty[row]! >= 0))
    return ['invalid', `the ask quantity is ${shown(raw.askQty[row]!)}; expected >= 0`];
  if (bid > ask) return ['crossed', `${names.bid} ${bid} is above ${names.ask} ${ask}: the book is crossed`];
  return timeFault(raw.time[row]!, settings);
}

function timeFault(value: number, settings: CheckSettings): [FindingKind, string] | undefined {
  if (!Number.isFinite(value)) return ['invalid', 'it has no time'];
  const time = toMicroseconds(value, settings.time_unit);
  if (settings.time_origin === 'start') {
    if (time < 0) return ['time', `its time ${value} lies before the start`];
    return time < LATEST ? undefined : ['time', `its time ${value} is out of range`];
  }
  if (!isPlausible(time)) {
    const right = unitOf(value);
    const advice =
      right === undefined ? 'lies outside 2009 to 2100' : `looks like ${right}: set time_unit: ${right}`;
    return ['time', `its time ${value}, read as ${settings.time_unit}, ${advice}`];
  }
  if (time > settings.now + DAY) return ['time', `its time ${describeTime(time)} lies in the future`];
  return undefined;
}

function isPrice(value: number): boolean {
  return value > 0 && Number.isFinite(value);
}

function shown(value: number): string {
  return Number.isNaN(value) ? 'missing or not a number' : String(value);
}
