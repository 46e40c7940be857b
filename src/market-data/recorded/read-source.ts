import { ArbtuneError } from '../../errors.ts';
import type { QuoteSeries } from '../quotes.ts';
import { type CheckSettings, checkQuotes, type RawQuotes } from './check.ts';
import { withDataFile } from './data-file.ts';
import { withDuckDb } from './duckdb.ts';
import { describeFinding, refuseFindings } from './findings.ts';
import type { Layout } from './layouts.ts';
import type { TimeUnit } from './settings.ts';
import { originOf, type RecordedSource, readRows } from './source-rows.ts';
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
    const timeUnit = rows.timeUnit ?? foundUnit(rows.raw, file.name);
    const checked = checkQuotes(rows.raw, checkSettings(source, rows.layout, timeUnit, now));
    const findings = [...checked.findings, ...rows.findings];
    refuseFindings(file.name, findings, rows.rowOf);
    const { quotes } = checked;
    if (quotes.rows === 0) throw new ArbtuneError('input', `${file.name} has no row that can be used`);
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

function foundUnit(raw: RawQuotes, name: string): TimeUnit {
  const first = raw.time.find((time, row) => Number.isFinite(time) && raw.wanted[row] === 1);
  const unit = first === undefined ? undefined : unitOf(first);
  if (unit !== undefined) return unit;
  throw new ArbtuneError(
    'input',
    `${name}: the first time, ${first ?? 'none'}, lies between 2009 and 2100 in no unit; set time_unit, or iso, or time_origin: start`,
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
