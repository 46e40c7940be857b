import type { DuckDBConnection } from '@duckdb/node-api';
import { ArbtuneError } from '../../errors.ts';
import { firstLineOf } from '../../foreign-errors.ts';
import { type Columns, identifier, literal, queryColumns } from './duckdb.ts';
import { type Layout, missingColumns } from './layouts.ts';
import { selectList } from './raw-columns.ts';

/** Reads the mapped columns of a Parquet file. */

export interface ParquetRows extends Columns {
  /** Whether times are microseconds because the column holds timestamps, not numbers. */
  readonly timestamps: boolean;
}

export async function readParquet(
  connection: DuckDBConnection,
  request: { readonly name: string; readonly path: string; readonly layout: Layout },
): Promise<ParquetRows> {
  const { name, layout } = request;
  const from = `read_parquet(${literal(request.path)})`;
  try {
    const described = await connection.runAndReadAll(`DESCRIBE SELECT * FROM ${from}`);
    const types = new Map(described.getRows().map(([column, type]) => [String(column), String(type)]));
    const missing = missingColumns(layout, [...types.keys()]);
    if (missing.length > 0) {
      const has = [...types.keys()].join(', ');
      throw new ArbtuneError('input', `${name}: missing columns ${missing.join(', ')}; the file has ${has}`);
    }
    const timestamps = types.get(layout.time)!.startsWith('TIMESTAMP');
    const time = (column: string) =>
      timestamps ? `epoch_us(${identifier(column)})::DOUBLE` : `TRY_CAST(${identifier(column)} AS DOUBLE)`;
    const sql = `SELECT ${selectList(layout, undefined, { text: identifier, time })} FROM ${from}`;
    return { ...(await queryColumns(connection, sql)), timestamps };
  } catch (error) {
    if (error instanceof ArbtuneError) throw error;
    const why = firstLineOf(error);
    throw new ArbtuneError('input', `${name} cannot be read as Parquet: ${why}`, { cause: error });
  }
}
