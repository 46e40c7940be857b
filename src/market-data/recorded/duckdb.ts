import type { DuckDBConnection, DuckDBVector } from '@duckdb/node-api';

/** DuckDB reads the files: in memory, without extensions from outside, on two threads. */

const CONFIG = {
  threads: '2',
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
};

export async function withDuckDb<T>(use: (connection: DuckDBConnection) => Promise<T>): Promise<T> {
  // Loaded only here: most commands read no file that needs it.
  const { DuckDBInstance } = await import('@duckdb/node-api');
  const instance = await DuckDBInstance.create(':memory:', CONFIG);
  const connection = await instance.connect();
  try {
    await connection.run(`SET TimeZone = 'UTC'`);
    return await use(connection);
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

export interface Columns {
  readonly rows: number;
  readonly columns: readonly Float64Array[];
}

const FIRST_CAPACITY = 65_536;

/** The rows of a query whose columns are all DOUBLE, in the order in which they are read; NULL becomes NaN. */
export async function queryColumns(connection: DuckDBConnection, sql: string): Promise<Columns> {
  // Nulls are replaced there: where a vector can hold them, the binding asks of each value with 64-bit integers.
  const result = await connection.stream(`SELECT coalesce(COLUMNS(*), 'NaN'::DOUBLE) FROM (${sql})`);
  let columns = Array.from({ length: result.columnCount }, () => new Float64Array(FIRST_CAPACITY));
  let rows = 0;
  for (;;) {
    const chunk = await result.fetchChunk();
    if (chunk === null || chunk.rowCount === 0) break;
    if (rows + chunk.rowCount > columns[0]!.length) columns = columns.map(doubled);
    for (const [index, column] of columns.entries()) {
      copyVector(chunk.getColumnVector(index), chunk.rowCount, column, rows);
    }
    rows += chunk.rowCount;
  }
  return { rows, columns: columns.map((column) => column.subarray(0, rows)) };
}

function copyVector(vector: DuckDBVector, count: number, to: Float64Array, offset: number): void {
  for (let row = 0; row < count; row++) {
    to[offset + row] = (vector.getItem(row) as number | null) ?? Number.NaN;
  }
}

function doubled(column: Float64Array): Float64Array<ArrayBuffer> {
  const larger = new Float64Array(column.length * 2);
  larger.set(column);
  return larger;
}

/** A text as a SQL literal. */
export function literal(text: string): string {
  return `'${text.replaceAll("'", "''")}'`;
}

/** A name as a SQL identifier. */
export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`;
}
