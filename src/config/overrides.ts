import type { z } from 'zod';
import type { Method } from '../optimizers/optimizer.ts';
import { ConfigError, type ConfigIssue } from './issue.ts';
import { nearestName } from './nearest.ts';
import type { Mode } from './session-spec.ts';
import { iterationsSchema, METHODS, parallelismSchema, seedSchema } from './tuning-schema.ts';

/** What the command line may say over a config, and how its words become values. */

export interface ConfigOverrides {
  readonly iterations?: number;
  readonly optimizer?: Method;
  /** Trials in flight. */
  readonly workers?: number;
  readonly seed?: number;
}

/** Overrides as they stand on a command line. */
export type OverrideTexts = { readonly [K in keyof ConfigOverrides]?: string | undefined };

/** The typed overrides. Throws a `ConfigError` with every option that is wrong. */
export function parseOverrides(texts: OverrideTexts): ConfigOverrides {
  const issues: ConfigIssue[] = [];
  const read = <T>(parse: (text: string) => T, text: string | undefined): T | undefined => {
    if (text === undefined) return undefined;
    try {
      return parse(text);
    } catch (error) {
      if (!(error instanceof ConfigError)) throw error;
      issues.push(...error.issues);
      return undefined;
    }
  };
  const overrides = {
    iterations: read((text) => parseNumber('--iterations', text, iterationsSchema), texts.iterations),
    optimizer: read((text) => parseChoice('--optimizer', text, METHODS), texts.optimizer),
    workers: read((text) => parseNumber('--workers', text, parallelismSchema), texts.workers),
    seed: read((text) => parseNumber('--seed', text, seedSchema), texts.seed),
  };
  if (issues.length > 0) throw new ConfigError(issues);
  const given = Object.entries(overrides).filter(([, value]) => value !== undefined);
  return Object.fromEntries(given) as ConfigOverrides;
}

/** What is wrong with overrides that a program made. */
export function overrideIssues(overrides: ConfigOverrides): ConfigIssue[] {
  const numbers = [
    ['iterations', iterationsSchema],
    ['workers', parallelismSchema],
    ['seed', seedSchema],
  ] as const;
  const issues = numbers.flatMap(([key, schema]) => {
    const value = overrides[key];
    const result = schema.optional().safeParse(value);
    return result.success ? [] : [optionIssue(`--${key}`, phraseOf(result.error), String(value))];
  });
  const { optimizer } = overrides;
  if (optimizer !== undefined && !METHODS.includes(optimizer)) {
    issues.push(optionIssue('--optimizer', METHODS.join(' | '), optimizer, nearestName(optimizer, METHODS)));
  }
  return issues;
}

/** A whole number in plain decimal digits, inside the schema's range: `5x`, `1e9` and `2.5` are refused. */
export function parseNumber(option: string, text: string, schema: z.ZodType<number>): number {
  const plain = /^[-+]?\d+$/.test(text);
  const result = schema.safeParse(plain ? Number(text) : text);
  if (result.success) return result.data;
  throw new ConfigError([optionIssue(option, phraseOf(result.error), text)]);
}

/** Throws a `ConfigError` for a mode that does not exist or cannot be run yet. */
export function parseMode(text: string): Mode {
  const mode = parseChoice('--mode', text, ['paper', 'shadow', 'live'] as const);
  if (mode === 'paper') return mode;
  throw new ConfigError([
    {
      severity: 'error',
      source: '--mode',
      path: '',
      value: mode,
      code: 'BAD_VALUE',
      message: `the mode ${mode} cannot be run yet: nothing is sent to an exchange`,
      hint: 'Use --mode paper',
    },
  ]);
}

function parseChoice<T extends string>(option: string, text: string, choices: readonly T[]): T {
  const choice = choices.find((each) => each === text);
  if (choice !== undefined) return choice;
  throw new ConfigError([optionIssue(option, choices.join(' | '), text, nearestName(text, choices))]);
}

function optionIssue(source: string, allowed: string, got: string, nearest?: string): ConfigIssue {
  return {
    severity: 'error',
    source,
    path: '',
    value: got,
    code: 'BAD_VALUE',
    message: `expected ${allowed}, got ${JSON.stringify(got)}`,
    ...(nearest === undefined ? {} : { hint: `Did you mean ${nearest}?` }),
  };
}

function phraseOf(error: z.ZodError): string {
  return error.issues[0]?.message ?? 'another value';
}
