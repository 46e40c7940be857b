import type { ParamValue } from '../search-space/space.ts';

/**
 * One value as the text of one CSV cell, and back, without loss. A cell never starts what a spreadsheet runs as a
 * formula, except a number's own sign; quoting for the CSV itself is the writer's business.
 */

/** A formula as spreadsheets see it, leading blanks aside; apostrophes in front are ours or were there before. */
const FORMULA = /^'*[\s\u00a0\ufeff]*[=+\-@\t\r＝＋－＠]/;
const NEUTRALISED = /^'+[\s\u00a0\ufeff]*[=+\-@\t\r＝＋－＠]/;

const NUMBER = /^(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|[+-]?Infinity|NaN)$/i;
const BOOLEAN = /^(?:true|false)$/i;

/** What would not survive a text file as it is, or break its lines. */
const UNSAFE_TEXT = /^["\ufeff]|[\p{Cc}\p{Zl}\p{Zp}]/u;

/** Shortest text that reads back as the same number; -0 and non-finite numbers included. */
export function numberCell(value: number): string {
  return Object.is(value, -0) ? '-0' : String(value);
}

/** Undefined when the cell is not a number. */
export function readNumber(cell: string): number | undefined {
  return NUMBER.test(cell) ? Number(cell) : undefined;
}

/** Absent text is an empty cell, empty text is `""`. */
export function textCell(value: string | undefined): string {
  if (value === undefined) return '';
  if (value === '' || UNSAFE_TEXT.test(value) || !value.isWellFormed()) return JSON.stringify(value);
  return FORMULA.test(value) ? `'${value}` : value;
}

export function readText(cell: string): string | undefined {
  if (cell === '') return undefined;
  if (cell.startsWith('"')) return unquote(cell);
  return NEUTRALISED.test(cell) ? cell.slice(1) : cell;
}

/** Like text, but a text that looks like a number or a boolean is written in quotes: `"5"` is text, `5` is not. */
export function paramCell(value: ParamValue | undefined): string {
  if (typeof value === 'number') return numberCell(value);
  if (typeof value === 'boolean') return String(value);
  if (value !== undefined && (NUMBER.test(value) || BOOLEAN.test(value))) return JSON.stringify(value);
  return textCell(value);
}

export function readParam(cell: string): ParamValue | undefined {
  if (BOOLEAN.test(cell)) return cell.toLowerCase() === 'true';
  return readNumber(cell) ?? readText(cell);
}

function unquote(cell: string): string {
  try {
    const value: unknown = JSON.parse(cell);
    return typeof value === 'string' ? value : cell;
  } catch {
    return cell; // Written by someone else, who meant the quote.
  }
}
