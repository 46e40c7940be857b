import type { DuckDBAppender } from '@duckdb/node-api';
import { ArbtuneError } from '../errors.ts';
import { firstLineOf } from '../foreign-errors.ts';
import { identifier, literal, withDuckDb } from '../market-data/recorded/duckdb.ts';
import type { ParamValue } from '../search-space/space.ts';
import type { TrialRecord } from '../store/trial-record.ts';
import { replaceFile } from './atomic-file.ts';
import { columnOrder } from './column-order.ts';

/** A session's results as a Parquet file, with the columns of the CSV, each of one type. */

type Value = string | number | boolean | null | undefined;

interface Column {
  readonly name: string;
  readonly type: 'VARCHAR' | 'INTEGER' | 'DOUBLE' | 'BOOLEAN';
  readonly value: (record: TrialRecord) => Value;
}

/**
 * A parameter's column is DOUBLE or BOOLEAN where all its values are, else VARCHAR; `objectives` and
 * `scenario_metrics` are JSON text.
 */
export async function writeResultsParquet(path: string, records: readonly TrialRecord[]): Promise<void> {
  const table = distinct(columns(records));
  await replaceFile(path, (_, temporary) =>
    withDuckDb(async (connection) => {
      const types = table.map(({ name, type }) => `${identifier(name)} ${type}`);
      await connection.run(`CREATE TABLE results (${types.join(', ')})`);
      const appender = await connection.createAppender('results');
      for (const record of records) {
        for (const column of table) append(appender, column.type, column.value(record));
        appender.endRow();
      }
      appender.closeSync();
      await connection
        .run(`COPY results TO ${literal(temporary)} (FORMAT parquet, COMPRESSION zstd)`)
        .catch((error: unknown) => {
          const why = firstLineOf(error);
          throw new ArbtuneError('unreachable', `${path} cannot be written: ${why}; nothing was changed.`);
        });
    }),
  );
}

/** DuckDB takes names that differ in case alone for one: the later gets a number. */
function distinct(columns: readonly Column[]): Column[] {
  const taken = new Set<string>();
  return columns.map((column) => {
    let { name } = column;
    for (let n = 2; taken.has(name.toLowerCase()); n += 1) name = `${column.name}_${n}`;
    taken.add(name.toLowerCase());
    return { ...column, name };
  });
}

function columns(records: readonly TrialRecord[]): Column[] {
  const text = (name: keyof TrialRecord & string): Column => ({
    name,
    type: 'VARCHAR',
    value: (record) => record[name] as string | undefined,
  });
  const number = (name: keyof TrialRecord & string, type: 'INTEGER' | 'DOUBLE' = 'DOUBLE'): Column => ({
    name,
    type,
    value: (record) => record[name] as number | null,
  });
  const json = (name: 'objectives' | 'scenario_metrics'): Column => ({
    name,
    type: 'VARCHAR',
    value: (record) => (record[name] === undefined ? null : JSON.stringify(record[name])),
  });
  return [
    ...[
      text('session_id'),
      text('worker_id'),
      number('iteration', 'INTEGER'),
      text('status'),
      text('timestamp'),
    ],
    number('objective'),
    ...columnOrder(records.map((record) => record.params)).map((name) => param(name, records)),
    ...columnOrder(records.map((record) => record.metrics)).map(metric),
    ...[json('objectives'), number('violation'), number('duration_ms'), number('attempt', 'INTEGER')],
    ...[text('data_hash'), text('reason'), text('error'), json('scenario_metrics')],
  ];
}

function param(name: string, records: readonly TrialRecord[]): Column {
  const value = (record: TrialRecord): ParamValue | undefined =>
    Object.hasOwn(record.params, name) ? record.params[name] : undefined;
  const types = new Set(records.map((record) => typeof value(record)));
  types.delete('undefined');
  const [only] = types;
  const uniform = types.size === 1;
  if (uniform && only === 'number') return { name: `param.${name}`, type: 'DOUBLE', value };
  if (uniform && only === 'boolean') return { name: `param.${name}`, type: 'BOOLEAN', value };
  const asText = (record: TrialRecord) => value(record)?.toString();
  return { name: `param.${name}`, type: 'VARCHAR', value: asText };
}

function metric(name: string): Column {
  return {
    name: `metric.${name}`,
    type: 'DOUBLE',
    value: ({ metrics }) => (Object.hasOwn(metrics, name) ? metrics[name] : undefined),
  };
}

function append(appender: DuckDBAppender, type: Column['type'], value: Value): void {
  if (value === null || value === undefined) appender.appendNull();
  else if (type === 'VARCHAR') appender.appendVarchar(String(value));
  else if (type === 'BOOLEAN') appender.appendBoolean(value === true);
  else if (type === 'INTEGER') appender.appendInteger(Number(value));
  else appender.appendDouble(Number(value));
}
