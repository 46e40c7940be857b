import { describeTime } from '../merge.ts';
import {
  pushBlank,
  type QuoteSeries,
  quoteBuffer,
  quoteSeries,
  type RateSeries,
  type RowBuffer,
} from '../quotes.ts';
import { describeFinding, type Finding, refuseFindings } from './findings.ts';
import type { ReadQuotes } from './read-source.ts';
import type { RateFile } from './settings.ts';

/** A recorded rate: what its silences are, the one at its end too, and what becomes of a venue meanwhile. Pure. */

/** What was read, for quotes that go on until `end`; throws where `on_gap` refuses that the rate ends before them. */
export function rateUntil(end: number, source: RateFile, read: ReadQuotes): ReadQuotes {
  const { quotes, report, lastRow } = read;
  const gap = (end - report.to) / 1e6;
  if (gap <= source.max_gap_s) return read;
  const finding: Finding = {
    kind: 'gap',
    policy: source.on_gap,
    count: 1,
    record: quotes.rows,
    what: `no rate for ${gap} s after it (the quotes go on until ${describeTime(end)}; max_gap_s is ${source.max_gap_s})`,
  };
  refuseFindings(report.file, [finding], () => lastRow);
  const findings = [...report.findings, describeFinding(finding, lastRow)];
  const held =
    source.on_gap === 'blank' ? blankedFrom(report.to + Math.round(source.max_gap_s * 1e6), quotes) : quotes;
  return { ...read, quotes: held, report: { ...report, findings } };
}

function blankedFrom(time: number, quotes: QuoteSeries): QuoteSeries {
  const blanked = quoteBuffer(quotes.rows + 1);
  for (let row = 0; row < quotes.rows; row++) copyRow(quotes, row, blanked);
  pushBlank(time, blanked);
  return quoteSeries(blanked);
}

/** Read as a quote whose bid and ask are the rate; NaN from where a silence is blanked. */
export function rateSeries({ rows, time, bid }: QuoteSeries): RateSeries {
  return { rows, time, rate: bid };
}

/** The same with the last rate standing through what is blank: what the strategy holds then is still worth something. */
export function standingRate({ rows, time, rate }: RateSeries): RateSeries {
  let last = Number.NaN;
  const standing = rate.map((value) => {
    if (!Number.isNaN(value)) last = value;
    return last;
  });
  return { rows, time, rate: standing };
}

/** Without a quote while there is no rate, and then until its next one: nobody knows what it would be worth. */
export function silentWithoutRate(quotes: QuoteSeries, rate: RateSeries): QuoteSeries {
  if (!rate.rate.some(Number.isNaN)) return quotes;
  const heard = quoteBuffer(quotes.rows);
  let next = 0;
  let blank = false;
  for (let row = 0; row < quotes.rows; row++) {
    const time = quotes.time[row]!;
    for (; next < rate.rows && rate.time[next]! <= time; next++) {
      blank = Number.isNaN(rate.rate[next]!);
      if (blank && row > 0) pushBlank(rate.time[next]!, heard);
    }
    if (blank) pushBlank(time, heard);
    else copyRow(quotes, row, heard);
  }
  return quoteSeries(heard);
}

function copyRow({ time, bid, bidQty, ask, askQty }: QuoteSeries, row: number, to: RowBuffer): void {
  to.push(time[row]!, bid[row]!, bidQty[row]!, ask[row]!, askQty[row]!);
}
