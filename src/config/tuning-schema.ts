import { z } from 'zod';
import { STRATEGY_PARAMS } from '../paper-engine/params.ts';
import { engineSchema } from './engine-schema.ts';
import { METRIC_NAMES } from './metric-names.ts';

/**
 * A tuning config as it is written. Messages are noun phrases of what is allowed (zod-findings.ts makes sentences of
 * them); descriptions and defaults are what editors and docs/guide.md show. What needs more than one key is checked
 * in the checks beside this file.
 */

export const MAX_ITERATIONS = 1_000_000;
/** What one trial measures on them travels in one payload. */
export const MAX_SCENARIOS = 2_000;
export const MAX_PARALLELISM = 10_000;
const DAY_S = 86_400;

export const wholeNumber = (min: number, max: number) => {
  const phrase = `a whole number from ${grouped(min)} to ${grouped(max)}`;
  return z.int(phrase).min(min, phrase).max(max, phrase);
};

export const numberBetween = (min: number, max: number) => {
  const phrase = `a number from ${grouped(min)} to ${grouped(max)}`;
  return z.number(phrase).min(min, phrase).max(max, phrase);
};

/** A length of time: above zero, a month at most (a timer longer than that is a mistake). */
const seconds = (max = 31 * DAY_S) => {
  const phrase = `a number of seconds above 0, at most ${grouped(max)}`;
  return z.number(phrase).positive(phrase).max(max, phrase);
};

/** 1,000,000 as people read it. */
export function grouped(value: number): string {
  return Number.isInteger(value) ? value.toLocaleString('en-US') : String(value);
}

export const iterationsSchema = wholeNumber(1, MAX_ITERATIONS);
export const parallelismSchema = wholeNumber(1, MAX_PARALLELISM);
export const seedSchema = wholeNumber(0, Number.MAX_SAFE_INTEGER);
export const METHODS = ['grid', 'random', 'bayesian'] as const;
export const ACQUISITIONS = ['ei', 'ucb', 'poi'] as const;
export const ORDERINGS = ['deterministic', 'asynchronous'] as const;

const paramValue = z.union([z.number(), z.string(), z.boolean()], 'a number, a text, true or false');
const paramName = z
  .string()
  .regex(/^[A-Za-z_][A-Za-z0-9_]*$/, 'letters, digits and _ only, not starting with a digit')
  // For editors only: the checks know the nearest name.
  .meta({ enum: Object.keys(STRATEGY_PARAMS) });
const paramValues = z.record(paramName, paramValue);

const when = z
  .record(paramName, z.union([paramValue, z.array(paramValue).min(1)], 'a value or a list of values'))
  .optional()
  .describe('Only active while every parameter named here has the value, or one of the values, listed');

const numeric = <B extends z.ZodType<number>>(bound: B) => ({
  bounds: z
    .tuple([bound, bound], 'a list of two numbers, [low, high]')
    .describe('`[low, high]`, both included'),
  log: z
    .boolean()
    .default(false)
    .describe('Search by the logarithm: for values that span orders of magnitude'),
  when,
});

const parameter = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('float'),
    ...numeric(z.number()),
    step: z
      .number()
      .positive('a number above 0')
      .optional()
      .describe('Only `low + k * step`; must divide the bounds'),
  }),
  z.strictObject({
    type: z.literal('int'),
    ...numeric(z.int('a whole number')),
    step: z
      .int('a whole number above 0')
      .positive('a whole number above 0')
      .optional()
      .describe('Only `low + k * step`; must divide the bounds'),
  }),
  z.strictObject({
    type: z.literal('categorical'),
    choices: z
      .array(paramValue)
      .min(2, 'a list of at least two choices')
      .describe('At least two different values'),
    when,
  }),
  z.strictObject({ type: z.literal('bool'), when }),
]);

const AGGREGATES = ['mean', 'median', 'worst', 'sum'] as const;
const aggregate = z.union(
  [
    z.enum(AGGREGATES),
    z.strictObject({
      mean_minus_std: z.number().nonnegative('a number >= 0').describe('Mean less k standard deviations'),
    }),
    z.strictObject({
      cvar: z.number().positive('a number above 0, at most 1').max(1, 'a number above 0, at most 1'),
    }),
  ],
  `${AGGREGATES.join(' | ')} | { mean_minus_std: k } | { cvar: share }`,
);

const direction = z.enum(['maximize', 'minimize']).describe('What is better');
const metric = z
  .string('the name of a metric')
  .min(1)
  .meta({ description: 'A metric of the paper engine', enum: METRIC_NAMES });

const objectiveKeys = {
  metric,
  direction,
  aggregate: aggregate.default('mean').describe('How the scenarios become one number'),
};

const constraint = z.strictObject({
  metric,
  op: z.enum(['<=', '>=', '<', '>', '==']).describe('Put `>` and `>=` in quotes'),
  value: z.number().describe('What `op` compares the metric with'),
  aggregate: aggregate
    .default('worst')
    .describe('How the scenarios become one number; `worst`: it holds on each of them'),
});

const objective = z.strictObject({
  metric: metric.default('pnl').describe('A metric of the paper engine; goes with `direction`'),
  direction: direction.default('maximize').describe('What is better; needed when `metric` is given'),
  aggregate: objectiveKeys.aggregate,
  metrics: z
    .array(z.strictObject(objectiveKeys))
    .min(1)
    .max(4)
    .optional()
    .describe('Instead of the three keys above, several objectives: a Pareto front; the first one ranks'),
  constraints: z
    .array(constraint)
    .default([])
    .describe('What a good trial must keep to; a violation ranks below any sound trial'),
  weights: z
    .record(z.string(), z.number().nonnegative('a number >= 0'))
    .default({})
    .describe('Weight by scenario name in every aggregate that averages; 1 where absent'),
});

const limits = z.strictObject({
  trial_timeout_s: seconds(DAY_S).default(300).describe('Longest time one trial may take, seconds'),
  max_attempts: wholeNumber(1, 1_000)
    .default(10)
    .describe('Attempts of a trial whose worker or machine fails'),
  max_failed_trials: wholeNumber(0, MAX_ITERATIONS)
    .optional()
    .describe(
      'The session fails when more trials than this have failed; absent: a tenth of `max_iterations`, at least 3',
    ),
});

const stopping = z.strictObject({
  patience: iterationsSchema.optional().describe('End after this many trials without a better one'),
  target: z.number().optional().describe('End when the first objective reaches this value'),
  expected_regret: z
    .number()
    .positive('a number above 0')
    .optional()
    .describe(
      'End when `bayesian` expects to gain less than this from going on, in units of the objective; one objective only',
    ),
  time_limit_s: seconds()
    .optional()
    .describe('End when this much time has passed, seconds; running trials finish'),
});

const pruner = z
  .strictObject({
    max_error: z
      .number()
      .positive('a number between 0 and 1')
      .lt(1, 'a number between 0 and 1')
      .default(0.1)
      .describe('Chance that a trial which would have become the best is ended'),
  })
  .optional()
  .describe('Ends a trial before its last scenario when it can hardly become the best; absent: never');

const tuning = z.strictObject({
  name: z
    .string()
    .min(1)
    .max(64)
    .optional()
    .describe('What the session is called; absent: the name of the file'),
  description: z.string().default('').describe('For people'),
  method: z.enum(METHODS).default('bayesian').describe('How trials are proposed'),
  scenarios: z
    .array(
      z.string('the path of a scenario file').min(1, 'the path of a scenario file'),
      'a list of at least one scenario file',
    )
    .min(1, 'a list of at least one scenario file')
    .max(MAX_SCENARIOS, `a list of at most ${MAX_SCENARIOS} scenario files`)
    .describe('Scenario files, relative to this file; every trial runs on all of them'),
  search_space: z.record(paramName, parameter).describe('The strategy parameters to search, by name'),
  fixed: paramValues.default({}).describe('Strategy parameters that are not searched'),
  max_iterations: iterationsSchema.default(5).describe('Trials of the session'),
  seed: seedSchema.default(42).describe('Of every random number of the search'),
  grid_points: wholeNumber(2, 10_000)
    .default(3)
    .describe('`grid`: values of a parameter that has no step and more values than this'),
  acquisition_fn: z.enum(ACQUISITIONS).optional().describe("`bayesian`: absent, the optimizer's own choice"),
  sampler: z
    .enum(['sobol', 'uniform'])
    .default('sobol')
    .describe('How `random`, and the first points of `bayesian`, are drawn'),
  objective: objective.prefault({}).describe('What is searched for'),
  parallelism: parallelismSchema.default(1).describe('Trials in flight (`--workers`)'),
  ordering: z
    .enum(ORDERINGS)
    .default('deterministic')
    .describe('`deterministic`: the same trials on every run; `asynchronous`: quickest, not repeatable'),
  limits: limits.prefault({}).describe('Time limits and retries'),
  stopping: stopping.prefault({}).describe('When to end before `max_iterations`'),
  pruner,
  enqueue: z.array(paramValues).default([]).describe('Parameter sets to try first, in this order'),
  engine: engineSchema.prefault({}).describe('The world the strategy trades in'),
});

export const tuningFileSchema = z.strictObject({ tuning });

export type TuningFile = z.output<typeof tuningFileSchema>;
export type TuningConfig = TuningFile['tuning'];
