import type { Command } from 'commander';
import { ConfigError, type ConfigIssue, optionIssue } from '../../config/issue.ts';
import { grouped } from '../../config/tuning-schema.ts';

/** The values of options and arguments: read one by one, and what is wrong with them told all at once. */

/** Stands where a value could not be read, until `refuseWrongValues` has looked: no command ever sees it. */
class WrongValue {
  readonly issues: readonly ConfigIssue[];

  constructor(issues: readonly ConfigIssue[]) {
    this.issues = issues;
  }
}

/** A reader for commander that keeps what is wrong for later, so that the other options are read too. */
export function reader<T>(read: (text: string) => T): (text: string) => T {
  return (text) => {
    try {
      return read(text);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      return new WrongValue(error.issues) as T;
    }
  };
}

/** @throws ConfigError with everything that is wrong with the options and arguments of the command. */
export function refuseWrongValues(command: Command): void {
  const values: unknown[] = [...command.processedArgs, ...Object.values(command.opts())];
  const issues = values.flatMap((value) => (value instanceof WrongValue ? value.issues : []));
  if (issues.length > 0) throw new ConfigError(issues);
}

/** A whole number in the range, written in digits, else a sentence that says so. */
export function wholeNumber(flag: string, least: number, most: number): (text: string) => number {
  return reader((text) => {
    const value = Number(text);
    const inDigits = /^[+-]?\d+$/.test(text);
    if (inDigits && value >= least && value <= most) return value;
    const given = text.length > 40 ? `${text.slice(0, 37)}...` : text;
    const rounded = inDigits && !Number.isSafeInteger(value) ? ', which would be rounded' : '';
    const range = `${grouped(least)} to ${grouped(most)}`;
    const message = `expected a whole number from ${range}, got ${JSON.stringify(given)}${rounded}`;
    throw new ConfigError([optionIssue(flag, given, message)]);
  });
}
