import type { z } from 'zod';
import type { Acquisition, Method } from '../optimizers/optimizer.ts';
import { type ConfigIssue, optionIssue } from './issue.ts';
import { nearestName } from './nearest.ts';
import type { Ordering } from './session-spec.ts';
import {
  ACQUISITIONS,
  iterationsSchema,
  METHODS,
  ORDERINGS,
  parallelismSchema,
  seedSchema,
} from './tuning-schema.ts';

/** What a command line or a program may say over a config. */

export interface ConfigOverrides {
  readonly iterations?: number;
  readonly optimizer?: Method;
  /** Trials in flight. */
  readonly workers?: number;
  readonly seed?: number;
  readonly acquisition?: Acquisition;
  readonly ordering?: Ordering;
}

/** What is wrong with the overrides, an issue for each; the source is the option's name. */
export function overrideIssues(overrides: ConfigOverrides): ConfigIssue[] {
  return [
    ...numberIssues('iterations', overrides.iterations, iterationsSchema),
    ...choiceIssues('optimizer', overrides.optimizer, METHODS),
    ...numberIssues('workers', overrides.workers, parallelismSchema),
    ...numberIssues('seed', overrides.seed, seedSchema),
    ...choiceIssues('acquisition', overrides.acquisition, ACQUISITIONS),
    ...choiceIssues('ordering', overrides.ordering, ORDERINGS),
  ];
}

function numberIssues(name: string, value: unknown, schema: z.ZodType): ConfigIssue[] {
  const result = schema.optional().safeParse(value);
  return result.success ? [] : [wrong(name, result.error.issues[0]?.message ?? 'a number', value)];
}

function choiceIssues(name: string, value: string | undefined, choices: readonly string[]): ConfigIssue[] {
  if (value === undefined || choices.includes(value)) return [];
  return [wrong(name, choices.join(' | '), value, nearestName(value, choices))];
}

function wrong(name: string, allowed: string, value: unknown, nearest?: string): ConfigIssue {
  const hint = nearest === undefined ? undefined : `Did you mean ${nearest}?`;
  return optionIssue(`--${name}`, String(value), `expected ${allowed}, got ${String(value)}`, hint);
}
