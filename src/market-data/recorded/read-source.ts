import type { FileHandle } from 'node:fs/promises';
import type { DuckDBConnection } from '@duckdb/node-api';
import { ArbtuneError } from '../../errors.ts';
import type { QuoteSeries } from '../quotes.ts';
import { type CheckSettings, checkQuotes, type RawQuotes } from './check.ts';
import { type DataFile, withDataFile } from './data-file.ts';
import { withDuckDb } from './duckdb.ts';
import { describeFinding, describeRefusal, type Finding } from './findings.ts';
import { type Layout, layoutOf } from './layouts.ts';
import { firstRows, rawQuotes } from './raw-columns.ts';
import { readCsv } from './read-csv.ts';
import { readParquet } from './read-parquet.ts';
import type { TextRows } from './read-text.ts';
import { readUpbit } from './read-upbit.ts';
import type { RateFile, RecordedVenue, TimeUnit } from './settings.ts';
import { lineOfRecord, scanText, type TextScan } from './text-scan.ts';
import { unitOf } from './time-unit.ts';

/** One recorded file, from its bytes to quotes that can be merged. */

export type RecordedSource = RecordedVenue | RateFile;

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
}

/** More would not be read. */
const MAX_REFUSALS = 20;

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
    refuse(file.name, findings, rows.rowOf);
    const { quotes } = checked;
    if (quotes.rows === 0) throw new ArbtuneError('input', `${file.name} has no row that can be used`);
    return {
      quotes,
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

interface Rows {
  readonly raw: RawQuotes;
  readonly layout: Layout;
  /** Absent: to be found from the times. */
  readonly timeUnit: TimeUnit | undefined;
  /** What was found before the rows were looked at. */
  readonly findings: readonly Finding[];
  /** The number by which people know a record: its line in text, its row from 1 in Parquet. */
  readonly rowOf: (record: number) => number;
}

async function readRows(
  connection: DuckDBConnection,
  source: RecordedSource,
  file: DataFile,
  handle: FileHandle,
): Promise<Rows> {
  const { name, path } = file;
  const layout = layoutOf(source);
  if (source.format === 'parquet') {
    const rows = await readParquet(connection, { name, path, layout });
    const timeUnit = rows.timestamps ? 'us' : statedUnit(source);
    return { raw: rawQuotes(rows, false), layout, timeUnit, findings: [], rowOf: (record) => record + 1 };
  }
  const scan = await scanText(handle, name);
  const symbol = 'symbol' in source ? source.symbol : undefined;
  const rows = await (source.format === 'upbit_orderbook'
    ? readUpbit(connection, scan, { name, path, symbol })
    : readCsv(connection, scan, {
        name,
        path,
        layout,
        delimiter: 'delimiter' in source ? source.delimiter : ',',
        symbol,
        isoTime: source.time_unit === 'iso',
        headerOptional: source.format === 'binance_book_ticker',
      }));
  const { whole, findings } = wholeRows(scan, rows, source, name);
  return {
    raw: firstRows(rawQuotes(rows, symbol !== undefined), whole),
    layout,
    timeUnit: statedUnit(source),
    findings,
    rowOf: (record) => lineOfRecord(scan, record, rows.headerLines),
  };
}

/** How many rows the file holds whole; throws when the library and the scan do not agree on it. */
function wholeRows(
  scan: TextScan,
  rows: TextRows,
  source: RecordedSource,
  name: string,
): { readonly whole: number; readonly findings: readonly Finding[] } {
  const whole = scan.lines - scan.blankLines.length - rows.headerLines;
  const { reject } = rows;
  if (reject !== undefined && reject.line <= scan.lines) {
    const more = reject.count > 1 ? ` (the first of ${reject.count} such rows)` : '';
    throw new ArbtuneError('input', `${name} row ${reject.line}: ${reject.what}${more}`);
  }
  const cut = scan.cut;
  if (cut !== undefined) {
    const finding: Finding = {
      kind: 'truncated',
      policy: source.on_truncated,
      count: 1,
      record: whole,
      what: cut,
    };
    if (source.on_truncated === 'refuse') refuse(name, [finding], () => scan.lines + 1);
    if (rows.rows >= whole && whole > 0) return { whole, findings: [finding] };
  } else if (rows.rows === whole && whole > 0) {
    return { whole, findings: [] };
  }
  if (whole <= 0)
    throw new ArbtuneError('input', `${name} has no rows, only ${scan.lines} lines; expected rows of quotes`);
  throw new ArbtuneError(
    'input',
    `${name} has ${whole} lines of rows but reads as ${rows.rows} rows; a value may hold a line break or an odd quotation mark`,
  );
}

function refuse(name: string, findings: readonly Finding[], rowOf: (record: number) => number): void {
  const refused = findings.filter((finding) => finding.policy === 'refuse').slice(0, MAX_REFUSALS);
  if (refused.length === 0) return;
  const sentences = refused.map((finding) => describeRefusal(finding, name, rowOf(finding.record)));
  throw new ArbtuneError('input', sentences.join('\n'));
}

function statedUnit(source: RecordedSource): TimeUnit | undefined {
  if (source.time_unit === 'iso') return 'us';
  if (source.time_unit !== 'found') return source.time_unit;
  if (originOf(source) === 'epoch') return undefined;
  throw new ArbtuneError(
    'input',
    `${source.file}: time_origin: start needs a time_unit; set s, ms, us or ns`,
  );
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

function originOf(source: RecordedSource): 'epoch' | 'start' {
  return 'time_origin' in source ? source.time_origin : 'epoch';
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
