import { stripVTControlCharacters } from 'node:util';
import Table from 'cli-table3';

/** Tables for a terminal. The only file that knows the table library. */

export interface TableColumn {
  readonly title: string;
  readonly align?: 'left' | 'right';
}

/** Control characters, line separators, and the marks that reverse the direction of text. */
const UNPRINTABLE = /[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]+/gu;

/** Lines without trailing blanks; colours are the caller's. */
export function renderTable(columns: readonly TableColumn[], rows: readonly (readonly string[])[]): string {
  const table = new Table({
    head: columns.map((column) => column.title),
    colAligns: columns.map((column) => column.align ?? 'left'),
    style: { head: [], border: [], compact: true },
  });
  table.push(...rows.map((row) => [...row]));
  return table.toString();
}

/** The same, one below the other where a table of all columns is wider than the terminal; each begins with the first column. */
export function renderTables(
  columns: readonly TableColumn[],
  rows: readonly (readonly string[])[],
  width: number,
): string {
  const tableOf = (from: number, to: number) => {
    const of = <T>(line: readonly T[]): T[] => [...line.slice(0, 1), ...line.slice(from, to)];
    return renderTable(of(columns), rows.map(of));
  };
  const tables: string[] = [];
  for (let from = 1; from < columns.length; ) {
    let to = columns.length;
    while (to > from + 1 && textWidth(tableOf(from, to)) > width) to--;
    tables.push(tableOf(from, to));
    from = to;
  }
  return tables.join('\n');
}

/** The widest line, in columns of a terminal. */
export function textWidth(text: string): number {
  return Math.max(...text.split('\n').map((line) => [...stripVTControlCharacters(line)].length));
}

/** Text that others wrote, safe to print: no escape sequence reaches the terminal, no line break a table. */
export function printable(text: string): string {
  return stripVTControlCharacters(text).replace(UNPRINTABLE, ' ');
}

/** The list where the terminal is too narrow for the table. */
export function tableOrList<T>(
  table: string,
  entries: readonly T[],
  item: (entry: T) => string,
  width: number,
): string {
  return textWidth(table) <= width ? table : entries.map(item).join('\n');
}
