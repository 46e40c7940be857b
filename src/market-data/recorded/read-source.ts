import { ArbtuneError } from '../../errors.ts';
import type { QuoteSeries } from '../quotes.ts';
import { type CheckSettings, checkQuotes } from './check.ts';
import { withDataFile } from './data-file.ts';
import { withDuckDb } from './duckdb.ts';
import { describeFinding, type Finding, refuseFindings } from './findings.ts';
import type { Layout } from './layouts.ts';
import type { TimeUnit } from './settings.ts';
import { originOf, type RecordedSource, readRows, type SourceRows } from './source-rows.ts';
import { unitOf } from './time-unit.ts';

/** One recorded file, from its bytes to quotes that can be merged. */

export interface SourceReport {
  readonly file: string;
  readonly format: RecordedSource['format'];
  /** The file's rows, header and blank lines aside, and the quotes that they became. */
  readonly rows: number;
  readonly quotes: number;
  /** Microseconds. */
  readonly from: number;
  readonly to: number;
  readonly timeUnit: TimeUnit;
  /** What was found and what was done about it, a sentence each. */
  readonly findings: readonly string[];
}

export interface ReadQuotes {
  readonly quotes: QuoteSeries;
  readonly report: SourceReport;
  /** Where the last quote stands, as people know it. */
  readonly lastRow: number;
}

/** Throws an `ArbtuneError` of kind `input` that names file, row and value for what the policies refuse. */
export async function readSource(root: string, source: RecordedSource, now: number): Promise<ReadQuotes> {
  return withDataFile(root, source.file, async (file, handle) => {
    if (/[*?[\]]/.test(file.path)) {
      throw new ArbtuneError(
        'input',
        `${file.name}: * ? [ ] cannot stand in the path of a data file; rename it`,
      );
    }
    if (file.size === 0) throw new ArbtuneError('input', `${file.name} is empty; expected rows of quotes`);
    const rows = await withDuckDb((connection) => readRows(connection, source, file, handle));
    const timeUnit = rows.timeUnit ?? (await foundUnit(rows, file.name));
    const checked = checkQuotes(rows.raw, checkSettings(source, rows.layout, timeUnit, now));
    const findings = [...checked.findings, ...rows.findings];
    refuseFindings(file.name, await withTexts(findings, rows), rows.rowOf);
    const { quotes } = checked;
    if (quotes.rows === 0) {
      const why = findings.map((finding) => describeFinding(finding, rows.rowOf(finding.record)));
      throw new ArbtuneError('input', [`${file.name} has no row that can be used`, ...why].join(': '));
    }
    return {
      quotes,
      lastRow: rows.rowOf(checked.last),
      report: {
        file: source.file,
        format: source.format,
        rows: rows.raw.rows,
        quotes: quotes.rows,
        from: quotes.time[0]!,
        to: quotes.time[quotes.rows - 1]!,
        timeUnit,
        findings: findings.map((finding) => describeFinding(finding, rows.rowOf(finding.record))),
      },
    };
  });
}

/** What is written in the rows that hold no number, which a count of them does not tell. */
async function withTexts(findings: readonly Finding[], rows: SourceRows): Promise<Finding[]> {
  return Promise.all(
    findings.map(async (finding) => {
      if (finding.kind !== 'invalid' || finding.policy !== 'refuse') return finding;
      const text = await rows.textOf?.(rows.rowOf(finding.record));
      return text === undefined ? finding : { ...finding, text };
    }),
  );
}

async function foundUnit({ raw, rowOf, textOf }: SourceRows, name: string): Promise<TimeUnit> {
  const isTime = (time: number, row: number) => Number.isFinite(time) && raw.wanted[row] === 1;
  const first = raw.time.find(isTime);
  const unit = first === undefined ? undefined : unitOf(first);
  if (unit !== undefined) return unit;
  if (first === undefined && raw.wanted.includes(1)) {
    const row = rowOf(raw.wanted.indexOf(1));
    const text = await textOf?.(row);
    throw new ArbtuneError(
      'input',
      `${name} row ${row}: its time is no number, nor is any other row's; set time_unit: iso where times are ISO 8601 text` +
        (text === undefined ? '' : `. The row is ${JSON.stringify(text)}`),
    );
  }
  throw new ArbtuneError(
    'input',
    `${name}: the first time, ${first ?? 'none'}, lies between 2009 and 2100 in no unit; set time_unit, or time_origin: start`,
  );
}

function checkSettings(
  source: RecordedSource,
  layout: Layout,
  timeUnit: TimeUnit,
  now: number,
): CheckSettings {
  return {
    ...source,
    time_unit: timeUnit,
    time_origin: originOf(source),
    symbolGiven: 'symbol' in source && source.symbol !== undefined,
    names: { bid: layout.bid, ask: layout.ask },
    now,
  };
}
