import { parse } from 'csv-parse/sync';
import { ArbtuneError } from '../errors.ts';
import { readTrialStatus, type ScenarioMetrics, type TrialRecord } from '../store/trial-record.ts';
import { numberCell, paramCell, readNumber, readParam, readText, textCell } from './csv-cells.ts';
import { csvLines } from './csv-lines.ts';

/**
 * The CSV form of a session's results: a row per trial, both ways without loss. Pure; csv.ts reads and writes
 * the files.
 */

const FIRST = ['session_id', 'worker_id', 'iteration', 'status', 'timestamp', 'objective'] as const;
const LAST = [
  ...(['objectives', 'violation', 'duration_ms', 'attempt', 'data_hash', 'reason', 'error'] as const),
  'scenario_metrics',
] as const;
/** What the predecessor wrote, and the least that a file must have. */
const REQUIRED = ['session_id', 'worker_id', 'iteration', 'status', 'timestamp'] as const;

const PARAM = 'param.';
const METRIC = 'metric.';

export function csvHeader(params: readonly string[], metrics: readonly string[]): string {
  const header = [...FIRST, ...params.map((n) => PARAM + n), ...metrics.map((n) => METRIC + n), ...LAST];
  return csvLines([header.map(textCell)]);
}

export function csvRows(
  records: readonly TrialRecord[],
  params: readonly string[],
  metrics: readonly string[],
): string {
  return csvLines(records.map((record) => row(record, params, metrics)));
}

/**
 * @param source the file's name, for errors.
 * @throws ArbtuneError `input` naming file, line, column, what was found and what was expected.
 */
export function parseCsv(text: string, source: string): TrialRecord[] {
  const [header, ...rows] = cells(text, source);
  if (header === undefined)
    throw wrong(source, 1, 'the file is empty; expected a header and a row per trial');
  const names = header.record.map((name) => readText(name) ?? '');
  checkHeader(names, source);
  return rows.map((entry) => readRow(names, entry.record, (what) => wrong(source, entry.line, what)));
}

function row(record: TrialRecord, params: readonly string[], metrics: readonly string[]): string[] {
  return [
    ...[record.session_id, record.worker_id].map(requiredText),
    numberCell(record.iteration),
    ...[record.status, record.timestamp].map(requiredText),
    optionalNumber(record.objective),
    ...params.map((name) => paramCell(own(record.params, name))),
    ...metrics.map((name) => optionalNumber(own(record.metrics, name))),
    record.objectives === undefined ? '' : JSON.stringify(record.objectives),
    ...[record.violation, record.duration_ms, record.attempt].map(numberCell),
    requiredText(record.data_hash),
    ...[record.reason, record.error].map(textCell),
    JSON.stringify(record.scenario_metrics),
  ];
}

function readRow(
  names: readonly string[],
  row: readonly string[],
  wrong: (what: string) => Error,
): TrialRecord {
  const cell = new Map(names.map((name, position) => [name, row[position] ?? '']));
  const text = (name: string) => readText(cell.get(name) ?? '');
  const number = (name: string): number | undefined => {
    const found = cell.get(name) ?? '';
    const value = readNumber(found);
    if (value === undefined && found !== '') throw wrong(`${name} is ${quote(found)}; expected a number`);
    return value;
  };
  const json = <T>(name: string): T | undefined => {
    const found = cell.get(name) ?? '';
    if (found === '') return undefined;
    try {
      return JSON.parse(found) as T;
    } catch {
      throw wrong(`${name} is ${quote(found)}; expected JSON`);
    }
  };
  const iteration = readNumber(cell.get('iteration') ?? '');
  if (iteration === undefined || !Number.isSafeInteger(iteration)) {
    throw wrong(`iteration is ${quote(cell.get('iteration') ?? '')}; expected a whole number`);
  }
  const written = text('status') ?? '';
  const status = readTrialStatus(written);
  // A status of another tool stays readable.
  const error = text('error') ?? (status === written ? undefined : `status "${written}"`);
  const objectives = json<readonly number[]>('objectives');
  const reason = text('reason');
  const named = (prefix: string) => names.filter((name) => name.startsWith(prefix));
  return {
    session_id: text('session_id') ?? '',
    worker_id: text('worker_id') ?? '',
    iteration,
    status,
    timestamp: text('timestamp') ?? '',
    params: present(named(PARAM), PARAM, (name) => readParam(cell.get(name) ?? '')),
    metrics: present(named(METRIC), METRIC, number),
    objective: number('objective') ?? null,
    violation: number('violation') ?? 0,
    scenario_metrics: json<readonly ScenarioMetrics[]>('scenario_metrics') ?? [],
    duration_ms: number('duration_ms') ?? 0,
    attempt: number('attempt') ?? 1,
    data_hash: text('data_hash') ?? '',
    ...(objectives === undefined ? {} : { objectives }),
    ...(reason === undefined ? {} : { reason }),
    ...(error === undefined ? {} : { error }),
  };
}

function checkHeader(names: readonly string[], source: string): void {
  const missing = REQUIRED.filter((name) => !names.includes(name));
  if (missing.length > 0) {
    const delimiter = names.length === 1 ? /[;\t|]/.exec(names[0] ?? '')?.[0] : undefined;
    const hint = delimiter ? `. The delimiter is ${quote(delimiter)}; expected a comma` : '';
    throw wrong(source, 1, `the header lacks ${missing.join(', ')}; expected ${REQUIRED.join(',')},…${hint}`);
  }
  const twice = names.find((name, position) => names.indexOf(name) !== position);
  if (twice !== undefined) throw wrong(source, 1, `the column ${quote(twice)} is there twice`);
}

interface Line {
  readonly record: string[];
  /** From 1: the line the row ends on. */
  readonly line: number;
}

function cells(text: string, source: string): Line[] {
  try {
    const rows = parse(text, { bom: true, info: true, skip_empty_lines: true, relax_column_count: false });
    return (rows as unknown as { record: string[]; info: { lines: number } }[]).map(({ record, info }) => ({
      record,
      line: info.lines,
    }));
  } catch (error) {
    if (error instanceof Error && 'code' in error && 'lines' in error) {
      throw wrong(source, Number(error.lines), error.message.replace(/ (?:on|at) line \d+/, ''));
    }
    throw error;
  }
}

function present<T>(columns: readonly string[], prefix: string, read: (column: string) => T | undefined) {
  const entries: [string, T][] = [];
  for (const column of columns) {
    const value = read(column);
    if (value !== undefined) entries.push([column.slice(prefix.length), value]);
  }
  return Object.fromEntries(entries);
}

function own<T>(record: Readonly<Record<string, T>>, name: string): T | undefined {
  return Object.hasOwn(record, name) ? record[name] : undefined;
}

/** Where text must be, an empty cell already says that it is empty. */
function requiredText(value: string): string {
  return value === '' ? '' : textCell(value);
}

function optionalNumber(value: number | null | undefined): string {
  return value === null || value === undefined ? '' : numberCell(value);
}

function quote(text: string): string {
  return JSON.stringify(text.slice(0, 40));
}

function wrong(source: string, line: number, what: string): ArbtuneError {
  return new ArbtuneError('input', `${source}:${line}: ${what}.`);
}
