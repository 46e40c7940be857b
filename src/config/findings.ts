import { type ConfigIssue, type IssueCode, MAX_ISSUES } from './issue.ts';
import type { DataPath, Place } from './yaml-source.ts';

/** The issues of one file as they are found, each put to its place in the text; one issue for one place. */

/** Of a kind: many more than are shown, so that those shown are the first ones of the file; a bound for hostile files. */
export const MOST_KEPT = 500;

export interface Finding {
  readonly path: DataPath;
  readonly code: IssueCode;
  readonly message: string;
  readonly hint?: string | undefined;
  /** Points at the key, not the value; the default where there is no value. */
  readonly at?: 'key' | 'value';
  readonly severity?: 'error' | 'warning';
}

export interface Position {
  readonly line: number;
  readonly column: number;
}

export class Findings {
  readonly source: string;
  readonly #text: string;
  /** Offsets of the lines' first characters. */
  readonly #lineStarts: readonly number[];
  readonly #locate: (path: DataPath) => Place;
  readonly #issues: Record<'error' | 'warning', ConfigIssue[]> = { error: [], warning: [] };
  readonly #seen = new Set<string>();

  constructor(source: string, text: string, locate: (path: DataPath) => Place) {
    this.source = source;
    this.#text = text;
    this.#lineStarts = [0, ...Array.from(text.matchAll(/\n/g), ({ index }) => index + 1)];
    this.#locate = locate;
  }

  /** Adds an issue about what is written at `path` (about its nearest ancestor where nothing is). */
  add(finding: Finding): void {
    if (this.#isFull(finding)) return;
    const { key, value } = this.#locate(finding.path);
    const node =
      finding.at === 'key' ? (key ?? value) : value?.range?.[0] === value?.range?.[1] ? key : value;
    const range = (node ?? key ?? value)?.range;
    const written = value?.range && this.#text.slice(value.range[0], value.range[1]).trim();
    this.addAt(range?.[0] ?? 0, finding, written || undefined);
  }

  /** Adds an issue at an offset of the text. */
  addAt(offset: number, finding: Finding, value?: string): void {
    if (this.#isFull(finding)) return;
    const { line, column } = this.positionAt(offset);
    const severity = finding.severity ?? 'error';
    const path = cut(pathText(finding.path));
    const place = `${severity} ${line}:${column} ${path}`;
    if (this.#seen.has(place)) return;
    this.#seen.add(place);
    this.#issues[severity].push({
      severity,
      source: this.source,
      line,
      column,
      path,
      ...(value === undefined || value.length > 200 ? {} : { value }),
      code: finding.code,
      message: cut(finding.message),
      ...(finding.hint === undefined ? {} : { hint: finding.hint }),
      excerpt: this.#lineText(line),
    });
  }

  /** Where `path` is written, `12:3`. */
  positionOf(path: DataPath, at: 'key' | 'value' = 'value'): string {
    const { key, value } = this.#locate(path);
    const node = at === 'key' ? (key ?? value) : (value ?? key);
    const { line, column } = this.positionAt(node?.range?.[0] ?? 0);
    return `${line}:${column}`;
  }

  /** Whether something was found wrong at `path` or below it. */
  hasErrorAt(path: DataPath): boolean {
    const prefix = pathText(path);
    return this.#issues.error.some(
      (issue) =>
        issue.path === prefix || issue.path.startsWith(`${prefix}.`) || issue.path.startsWith(`${prefix}[`),
    );
  }

  positionAt(offset: number): Position {
    // The last line that starts at or before the offset.
    let [line, above] = [1, this.#lineStarts.length + 1];
    while (above - line > 1) {
      const middle = (line + above) >> 1;
      if (this.#lineStarts[middle - 1]! <= offset) line = middle;
      else above = middle;
    }
    return { line, column: offset - this.#lineStarts[line - 1]! + 1 };
  }

  get errors(): ConfigIssue[] {
    return this.#issues.error.toSorted(byPlace);
  }

  /** The first errors of the file, and last how many more there are. */
  get firstErrors(): ConfigIssue[] {
    const errors = this.errors;
    const more = errors.length - MAX_ISSUES;
    if (more <= 0) return errors;
    const message = `and ${errors.length < MOST_KEPT ? '' : 'at least '}${more} more error${more === 1 ? '' : 's'}`;
    const rest = { severity: 'error', source: this.source, path: '', code: 'AND_MORE', message } as const;
    return [...errors.slice(0, MAX_ISSUES), rest];
  }

  get warnings(): ConfigIssue[] {
    return this.#issues.warning.toSorted(byPlace);
  }

  #isFull({ severity = 'error' }: Finding): boolean {
    return this.#issues[severity].length >= MOST_KEPT;
  }

  #lineText(line: number): string {
    return this.#text.slice(this.#lineStarts[line - 1], this.#lineStarts[line]).replace(/\r?\n$/, '');
  }
}

/** Longer than any sentence of ours: only what a file itself holds makes one longer. */
const LONGEST = 1_000;

function cut(text: string): string {
  return text.length <= LONGEST ? text : `${text.slice(0, LONGEST - 3)}...`;
}

/** `tuning.search_space.slippage_bps.bounds[0]` */
export function pathText(path: DataPath): string {
  return path.reduce<string>(
    (text, part) => (typeof part === 'number' ? `${text}[${part}]` : text === '' ? part : `${text}.${part}`),
    '',
  );
}

function byPlace(a: ConfigIssue, b: ConfigIssue): number {
  return (a.line ?? 0) - (b.line ?? 0) || (a.column ?? 0) - (b.column ?? 0);
}
