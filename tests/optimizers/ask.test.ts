import { describe, expect, it } from 'vitest';
import { ask } from '../../src/optimizers/ask.ts';
import type { AskInput, FinishedTrial, Method, OptimizerSettings } from '../../src/optimizers/optimizer.ts';
import { valueAt, valueCount } from '../../src/search-space/parameter.ts';
import { encode, paramsKey } from '../../src/search-space/params.ts';
import { pointTree } from '../../src/search-space/point-tree.ts';
import type { Params, SearchSpace } from '../../src/search-space/space.ts';
import { fc } from '../support/properties.ts';
import { faults, searchSpace } from './spaces.ts';

/** What every optimizer promises, whatever the space and whatever the objective. */

const settingsFor = (method: Method, over: Partial<OptimizerSettings> = {}): OptimizerSettings => ({
  method,
  seed: 42,
  gridPoints: 3,
  sampler: 'sobol',
  ...over,
});

type Objective = (params: Params, unit: Float64Array, iteration: number) => Partial<FinishedTrial>;

const bowl: Objective = (_, unit) => ({ losses: [unit.reduce((sum, u) => sum + (u - 0.3) ** 2, 0)] });

/** A session with `inFlight` trials asked at a time, told together; stops when exhausted. */
function session(
  space: SearchSpace,
  settings: OptimizerSettings,
  iterations: number,
  objective: Objective,
  { inFlight = 1, resume = [] as readonly FinishedTrial[] } = {},
): FinishedTrial[] {
  const finished = [...resume];
  while (finished.length < iterations) {
    const told: FinishedTrial[] = [];
    while (told.length < inFlight && finished.length + told.length < iterations) {
      const iteration = finished.length + told.length + 1;
      const pending = told.map(({ iteration: n, params }) => ({ iteration: n, params }));
      const proposal = ask({ space, settings, iteration, finished, pending });
      if (proposal.kind === 'exhausted') return [...finished, ...told];
      told.push({
        iteration,
        params: proposal.params,
        losses: [0],
        violation: 0,
        ...objective(proposal.params, encode(space, proposal.params), iteration),
      });
    }
    finished.push(...told);
  }
  return finished;
}

const optimizers = fc.constantFrom<Partial<OptimizerSettings> & { method: Method }>(
  { method: 'random', sampler: 'sobol' },
  { method: 'random', sampler: 'uniform' },
  { method: 'bayesian' },
  { method: 'bayesian', acquisition: 'ei' },
  { method: 'bayesian', acquisition: 'ucb' },
  { method: 'bayesian', acquisition: 'poi' },
);

const objectives = fc.constantFrom<Objective>(
  bowl,
  () => ({ losses: [7] }),
  (_, unit) => ({ losses: [1e300 * (unit[0]! - 0.5)] }),
  (_, unit) => ({ losses: [1e-310 * unit[0]!] }),
  (_, unit) => ({ losses: [unit[0]! > 0.6 ? 1e308 : unit[0]!] }),
  (_, unit, iteration) => ({ losses: iteration % 3 === 0 ? null : [unit[0]!] }),
  () => ({ losses: null }),
  (_, unit) => ({ losses: [unit[0]!], violation: Math.max(0, 0.6 - unit[0]!) }),
  () => ({ losses: [1], violation: 3 }),
  (_, unit) => ({ losses: [unit[0]!, 1 - unit.at(-1)!] }),
  (_, unit) => ({ losses: [1.7e308 * (unit[0]! - 0.5), 1e-310 * unit.at(-1)!, 7] }),
  (_, unit) => ({ losses: [unit[0]!, -unit[0]!], violation: Math.max(0, unit.at(-1)! - 0.5) }),
  (_, unit, iteration) => ({ losses: [Math.round(unit[0]! * 2) + (iteration % 5 === 0 ? Number.NaN : 0)] }),
);

describe('every optimizer', () => {
  it('proposes only sound parameter sets and none twice while something new exists', () => {
    fc.assert(
      fc.property(
        searchSpace(),
        optimizers,
        objectives,
        fc.constantFrom(1, 5),
        (space, over, objective, inFlight) => {
          const trials = session(space, settingsFor(over.method, over), 24, objective, { inFlight });
          expect(trials.flatMap((trial) => faults(space, trial.params))).toEqual([]);
          expect(new Set(trials.map((trial) => paramsKey(space, trial.params))).size).toBe(trials.length);
          if (trials.length < 24) expect(trials.length).toBe(allPoints(space));
        },
      ),
      { numRuns: 150 },
    );
  }, 300_000);

  it('answers the same whatever the order of what it is told, and again when asked again', () => {
    fc.assert(
      fc.property(searchSpace(), optimizers, objectives, fc.nat(), (space, over, objective, turn) => {
        const settings = settingsFor(over.method, over);
        const trials = session(space, settings, 18, objective, { inFlight: 3 });
        fc.pre(trials.length === 18);
        const input: AskInput = {
          space,
          settings,
          iteration: 19,
          finished: trials.slice(0, 15),
          pending: trials.slice(15).map(({ iteration, params }) => ({ iteration, params })),
        };
        const rotated = <T>(list: readonly T[]): T[] => {
          const at = turn % list.length;
          return [...list.slice(at), ...list.slice(0, at)].reverse();
        };
        const shuffled = { ...input, finished: rotated(input.finished), pending: rotated(input.pending) };
        const again: AskInput = JSON.parse(JSON.stringify(input), (_, value) => value ?? null);
        expect(ask(shuffled)).toEqual(ask(input));
        expect(ask(again)).toEqual(ask(input));
      }),
      { numRuns: 60 },
    );
  }, 300_000);

  it.each(['random', 'bayesian'] as const)(
    '%s goes on from a snapshot exactly as if it had not stopped',
    (method) => {
      const space: SearchSpace = {
        x: { type: 'float', bounds: [0, 1] },
        n: { type: 'int', bounds: [1, 99], log: true },
      };
      const whole = session(space, settingsFor(method), 40, bowl, { inFlight: 4 });
      const half: FinishedTrial[] = JSON.parse(JSON.stringify(whole.slice(0, 20)));
      expect(session(space, settingsFor(method), 40, bowl, { inFlight: 4, resume: half })).toEqual(whole);
    },
  );

  it.each(['random', 'bayesian'] as const)('%s draws another session from another seed', (method) => {
    const space: SearchSpace = { x: { type: 'float', bounds: [0, 1] } };
    const xs = (seed: number) =>
      session(space, settingsFor(method, { seed }), 12, bowl).map((trial) => trial.params.x);
    expect(xs(1)).not.toEqual(xs(2));
    expect(xs(2 ** 52)).not.toEqual(xs(2 ** 52 + 2 ** 32));
  });

  it.each(['random', 'bayesian'] as const)(
    '%s finds every point of a small space, then is exhausted',
    (method) => {
      const space: SearchSpace = {
        kind: { type: 'categorical', choices: ['a', 'b'] },
        n: { type: 'int', bounds: [1, 12], when: { kind: ['a'] } },
        on: { type: 'bool' },
      };
      const trials = session(space, settingsFor(method), 99, bowl);
      expect(new Set(trials.map((trial) => paramsKey(space, trial.params))).size).toBe(26);
      expect(trials).toHaveLength(26);
    },
  );

  it.each(['grid', 'random'] as const)('%s looks at each of 10,000 earlier trials once at most', (method) => {
    const space: SearchSpace = Object.fromEntries(
      Array.from({ length: 6 }, (_, i) => [`x${i}`, { type: 'float', bounds: [0, 1] }]),
    );
    const settings = settingsFor(method, { gridPoints: 6 });
    let looks = 0;
    const finished = Array.from({ length: 10_000 }, (_, index): FinishedTrial => {
      const proposal = ask({ space, settings, iteration: index + 1, finished: [], pending: [] });
      if (proposal.kind !== 'trial') throw new Error('The space has more points');
      return {
        ...{ iteration: index + 1, losses: [1], violation: 0 },
        get params() {
          looks += 1;
          return proposal.params;
        },
      };
    });
    looks = 0;
    ask({ space, settings, iteration: 10_001, finished, pending: [] });
    expect(looks).toBeLessThanOrEqual(finished.length);
  });
});

/** Number of points of a space, Infinity when one of its parameters is continuous. */
function allPoints(space: SearchSpace): number {
  return pointTree(space, (parameter) => ({
    count: valueCount(parameter),
    at: (index) => valueAt(parameter, index),
  })).size;
}
