import { ArbtuneError } from '../errors.ts';
import { formatIssues } from './format-issues.ts';

/** What can be wrong with a config, a scenario or an option: data first, text in format-issues.ts. */

export type IssueCode =
  // The file as such
  | 'NO_SUCH_FILE'
  | 'NOT_A_FILE'
  | 'OUTSIDE_ROOT'
  | 'UNREADABLE'
  | 'TOO_LARGE'
  | 'ENCODING'
  // YAML
  | 'SYNTAX'
  | 'EMPTY_DOCUMENT'
  | 'MANY_DOCUMENTS'
  | 'TAB'
  | 'UNCLOSED'
  | 'TAG'
  | 'ALIAS'
  | 'TOO_DEEP'
  | 'BAD_KEY'
  | 'DUPLICATE_KEY'
  // Values
  | 'UNKNOWN_KEY'
  | 'MISSING'
  | 'BAD_VALUE'
  | 'NOT_FINITE'
  | 'ROUNDED'
  | 'SUSPICIOUS'
  // Meaning
  | 'BOUNDS'
  | 'STEP'
  | 'CONDITION'
  | 'EMPTY_SPACE'
  | 'UNKNOWN_PARAM'
  | 'UNKNOWN_METRIC'
  | 'UNKNOWN_SCENARIO'
  | 'DUPLICATE'
  | 'CONFLICT'
  | 'GRID_TOO_LARGE'
  | 'CROSSED_BOOK'
  | 'TIME_ORDER'
  | 'BAD_DATA'
  // More of them than are told
  | 'AND_MORE';

export interface ConfigIssue {
  readonly severity: 'error' | 'warning';
  /** The file as people know it (relative to the working directory where it lies under it), or an option, `--seed`. */
  readonly source: string;
  /** From 1; absent when the whole file or an option is meant. */
  readonly line?: number;
  readonly column?: number;
  /** `tuning.search_space.slippage_bps.bounds[0]`; empty for the whole document. */
  readonly path: string;
  /** The offending value, as it would be written; absent when something is missing. */
  readonly value?: string;
  readonly code: IssueCode;
  /** What is wrong and what is allowed: one clause, no full stop. */
  readonly message: string;
  /** How to mend it: an imperative, no full stop. */
  readonly hint?: string;
  /** The text of the line. */
  readonly excerpt?: string;
}

/** What is wrong with the value that an option was given. */
export function optionIssue(option: string, value: string, message: string, hint?: string): ConfigIssue {
  const issue = { severity: 'error', source: option, path: '', value, code: 'BAD_VALUE', message } as const;
  return hint === undefined ? issue : { ...issue, hint };
}

/** Of one file; more would not be read. */
export const MAX_ISSUES = 20;

/** A config, scenario or option that cannot be used. `issues` has every error found, `message` says them all. */
export class ConfigError extends ArbtuneError {
  readonly issues: readonly ConfigIssue[];

  constructor(issues: readonly ConfigIssue[]) {
    super('input', formatIssues(issues));
    this.name = 'ConfigError';
    this.issues = issues;
  }
}
