import { describe, expect, it } from 'vitest';
import { hypervolume } from '../../bench/optimizers/pareto/hypervolume.ts';
import { ask } from '../../src/optimizers/ask.ts';
import type { Acquisition, FinishedTrial, Method, PendingTrial } from '../../src/optimizers/optimizer.ts';
import { encode } from '../../src/search-space/params.ts';
import type { Params, SearchSpace } from '../../src/search-space/space.ts';

/** What Bayesian search is for: better trials than chance gives, in every kind of session. */

type Measured = Pick<FinishedTrial, 'losses' | 'violation'>;

interface Session {
  readonly method?: Method;
  readonly seed?: number;
  readonly trials: number;
  readonly inFlight?: number;
  readonly acquisition?: Acquisition;
}

function run(
  space: SearchSpace,
  measure: (params: Params) => Measured,
  { method = 'bayesian', seed = 1, trials, inFlight = 1, acquisition }: Session,
): FinishedTrial[] {
  const finished: FinishedTrial[] = [];
  while (finished.length < trials) {
    const pending: PendingTrial[] = [];
    while (pending.length < inFlight) {
      const proposal = ask({
        space,
        settings: { method, seed, gridPoints: 3, sampler: 'sobol', ...(acquisition && { acquisition }) },
        iteration: finished.length + pending.length + 1,
        finished,
        pending,
      });
      if (proposal.kind === 'exhausted') throw new Error('exhausted');
      pending.push({ iteration: finished.length + pending.length + 1, params: proposal.params });
    }
    finished.push(...pending.map((trial) => ({ ...trial, ...measure(trial.params) })));
  }
  return finished;
}

const bestOf = (trials: readonly FinishedTrial[]): number =>
  Math.min(...trials.map(({ losses, violation }) => (losses && violation === 0 ? losses[0]! : Infinity)));

const medianBest = (space: SearchSpace, measure: (params: Params) => Measured, session: Session): number =>
  [1, 2, 3, 4, 5].map((seed) => bestOf(run(space, measure, { ...session, seed }))).sort((a, b) => a - b)[2]!;

const SPACE: SearchSpace = {
  side: { type: 'categorical', choices: ['both', 'long', 'short'] },
  spread: { type: 'float', bounds: [0.01, 1], log: true },
  lots: { type: 'int', bounds: [1, 50] },
  hold: { type: 'float', bounds: [0, 10], step: 0.5, when: { side: ['both'] } },
  strict: { type: 'bool' },
};

const askAfter = (finished: readonly FinishedTrial[], iteration: number) =>
  ask({
    space: SPACE,
    settings: { method: 'bayesian', seed: 1, gridPoints: 3, sampler: 'sobol' },
    iteration,
    finished,
    pending: [],
  });

/** Least 0 at both, 0.1, 30, 4, true. */
function mixed(params: Params): number {
  const spread = Math.log10(Number(params.spread)) + 1;
  const hold = params.side === 'both' ? (Number(params.hold) - 4) ** 2 / 40 : 0.6;
  const lots = (Number(params.lots) - 30) / 30;
  return spread ** 2 + lots ** 2 + hold + (params.strict ? 0 : 0.2) + (params.side === 'short' ? 0.1 : 0);
}
const measureMixed = (params: Params): Measured => ({ losses: [mixed(params)], violation: 0 });

describe('Bayesian search', () => {
  it.each([undefined, 'ei', 'ucb', 'poi'] as const)(
    'beats random on a mixed, conditional space: acquisition %s',
    (acquisition) => {
      const ours = medianBest(SPACE, measureMixed, { trials: 40, ...(acquisition && { acquisition }) });
      const random = medianBest(SPACE, measureMixed, { trials: 40, method: 'random' });
      expect(ours).toBeLessThan(0.25 * random);
    },
  );

  it('gives up little when eight trials are in flight, and asks for eight different ones', () => {
    const trials = run(SPACE, measureMixed, { trials: 40, inFlight: 8 });
    for (let first = 8; first < 40; first += 8) {
      const points = trials.slice(first, first + 8).map((trial) => encode(SPACE, trial.params).join());
      expect(new Set(points).size).toBe(8);
    }
    const random = medianBest(SPACE, measureMixed, { trials: 40, method: 'random' });
    expect(medianBest(SPACE, measureMixed, { trials: 40, inFlight: 8 })).toBeLessThan(0.4 * random);
  });

  it('finds the optimum on the edge of what is feasible', () => {
    const space: SearchSpace = { x: { type: 'float', bounds: [0, 1] }, y: { type: 'float', bounds: [0, 1] } };
    // The least of x + y where x y >= 0.09 is 0.6.
    const measure = ({ x, y }: Params): Measured => ({
      losses: [Number(x) + Number(y)],
      violation: Math.max(0, 0.09 - Number(x) * Number(y)),
    });
    expect(medianBest(space, measure, { trials: 40 })).toBeLessThan(0.605);
  });

  it('reaches the feasible part when no trial of the design lies in it', () => {
    const space: SearchSpace = { x: { type: 'float', bounds: [0, 1] }, y: { type: 'float', bounds: [0, 1] } };
    const measure = ({ x, y }: Params): Measured => ({
      losses: [Number(x)],
      violation: Math.max(0, Math.hypot(Number(x) - 0.83, Number(y) - 0.37) - 0.04),
    });
    expect(medianBest(space, measure, { trials: 40 })).toBeLessThan(0.81);
  });

  it('stays away from where trials fail while there is something to gain elsewhere', () => {
    const space: SearchSpace = Object.fromEntries(
      ['a', 'b', 'c', 'd', 'e'].map((name) => [name, { type: 'float', bounds: [0, 1] }]),
    );
    const measure = (params: Params): Measured => ({
      losses:
        Number(params.a) < 0.5 ? null : [encode(space, params).reduce((sum, u) => sum + (u - 0.7) ** 4, 0)],
      violation: 0,
    });
    const late = [1, 2, 3].flatMap((seed) => run(space, measure, { trials: 40, seed }).slice(10));
    // Half of the space fails.
    expect(late.filter((trial) => trial.losses === null).length).toBeLessThan(late.length / 5);
  });

  it('spreads a session of two objectives over their front', () => {
    const space: SearchSpace = Object.fromEntries(
      ['a', 'b', 'c'].map((name) => [name, { type: 'float', bounds: [0, 1] }]),
    );
    // The front is b = c = 0.5, with (a, (1 - a)) from corner to corner.
    const measure = ({ a, b, c }: Params): Measured => {
      const off = (Number(b) - 0.5) ** 2 + (Number(c) - 0.5) ** 2;
      return { losses: [Number(a) ** 2 + off, (1 - Number(a)) ** 2 + off], violation: 0 };
    };
    const fifths = [1, 2, 3, 4, 5].map((seed) => {
      const near = run(space, measure, { trials: 60, seed }).filter(
        ({ params }) => (Number(params.b) - 0.5) ** 2 + (Number(params.c) - 0.5) ** 2 < 0.01,
      );
      return new Set(near.map(({ params }) => Math.min(4, Math.floor(Number(params.a) * 5)))).size;
    });
    expect(Math.min(...fifths)).toBeGreaterThanOrEqual(4);
    expect(fifths.filter((reached) => reached === 5).length).toBeGreaterThanOrEqual(3);
  });

  it('measures objectives by what can be had: not by trials far from the front, nor by forbidden ones', () => {
    const space: SearchSpace = Object.fromEntries(
      ['a', 'b', 'c'].map((name) => [name, { type: 'float', bounds: [0, 1] }]),
    );
    // Off the front of a, from (0, 1) to (1, 0), the first objective grows to a thousand; beyond c, it is beaten by far.
    const measure = ({ a, b, c }: Params): Measured => {
      const forbidden = Number(c) > 0.8;
      const far = 1_000 * (Number(b) - 0.3) ** 2;
      return {
        losses: [Number(a) + far - (forbidden ? 1e6 : 0), 1 - Number(a)],
        violation: forbidden ? 1 : 0,
      };
    };
    const trials = run(space, measure, { trials: 50 }).filter(({ violation }) => violation === 0);
    const good = trials.filter(({ losses }) => losses !== null && losses[0]! + losses[1]! < 1.2);
    expect(good.length).toBeGreaterThan(10);
    const thirds = new Set(good.map(({ params }) => Math.min(2, Math.floor(Number(params.a) * 3))));
    expect(thirds.size).toBe(3);
  });

  it('finds a front that a small part of the space holds, and says that it searched for it', () => {
    const space: SearchSpace = Object.fromEntries(
      ['a', 'b', 'c'].map((name) => [name, { type: 'float', bounds: [-4, 4] }]),
    );
    // Fonseca and Fleming: as far as can be seen from most places, both losses are 1.
    const measure = ({ a, b, c }: Params): Measured => ({
      losses: [1, -1].map((sign) => {
        const off = [a, b, c].map((x) => (Number(x) - sign / Math.sqrt(3)) ** 2);
        return 1 - Math.exp(-off.reduce((sum, square) => sum + square, 0));
      }),
      violation: 0,
    });
    const volumes = (method: Method, inFlight: number) =>
      [1, 2, 3].map((seed) =>
        hypervolume(
          run(space, measure, { method, seed, trials: 60, inFlight }).map(({ losses }) => losses!),
          [1.1, 1.1],
        ),
      );
    // The whole front is worth 0.55; Optuna's TPE finds 0.30 of it, Chebyshev distances alone 0.45.
    expect(Math.min(...volumes('bayesian', 1))).toBeGreaterThan(0.48);
    expect(Math.min(...volumes('bayesian', 4))).toBeGreaterThan(0.45);
    const finished = run(space, measure, { trials: 12 });
    const reasons = ([undefined, 'ucb'] as const).map((acquisition) =>
      [14, 15, 16].map((iteration) => {
        const settings = { method: 'bayesian', seed: 1, gridPoints: 3, sampler: 'sobol' } as const;
        const over = acquisition ? { ...settings, acquisition } : settings;
        const proposal = ask({ space, settings: over, iteration, finished, pending: [] });
        return (
          proposal.kind === 'trial' &&
          /^Pareto front: (under )?\d+ % chance to add to it$/.test(proposal.reason)
        );
      }),
    );
    expect(reasons).toEqual([
      [true, false, true],
      [false, false, false],
    ]);
  });

  it('does not care in which unit the loss is, or what is added to it', () => {
    const scaled = (scale: number, offset: number) =>
      run(SPACE, (params) => ({ losses: [scale * mixed(params) + offset], violation: 0 }), { trials: 25 });
    const plain = scaled(1, 0).map((trial) => trial.params);
    // Powers of two, so that not even rounding differs.
    expect(scaled(2 ** 40, 0).map((trial) => trial.params)).toEqual(plain);
    expect(scaled(2 ** -60, 0).map((trial) => trial.params)).toEqual(plain);
  });

  it.each([
    [2, 6],
    [9, 16],
    [20, 16],
  ])('of %i parameters lays out %i trials before it believes a model', (parameters, design) => {
    const space: SearchSpace = Object.fromEntries(
      Array.from({ length: parameters }, (_, j) => [`x${j}`, { type: 'float', bounds: [0, 1] }]),
    );
    const reasons: string[] = [];
    const finished: FinishedTrial[] = [];
    for (let iteration = 1; iteration <= design + 1; iteration++) {
      const settings = { method: 'bayesian', seed: 1, gridPoints: 3, sampler: 'sobol' } as const;
      const proposal = ask({ space, settings, iteration, finished, pending: [] });
      if (proposal.kind === 'exhausted') throw new Error('exhausted');
      reasons.push(proposal.reason);
      finished.push({
        iteration,
        params: proposal.params,
        losses: [Number(proposal.params.x0)],
        violation: 0,
      });
    }
    expect(reasons.filter((reason) => reason === `initial design of ${design}`)).toHaveLength(design);
    expect(reasons.at(-1)).toMatch(/chance to beat the best$/);
  });

  it('says in a line why it proposes a trial', () => {
    const finished = run(SPACE, measureMixed, { trials: 12 });
    const reasons = [13, 14, 15, 16].map((iteration) => {
      const proposal = askAfter(finished, iteration);
      return proposal.kind === 'trial' ? proposal.reason : '';
    });
    for (const reason of reasons)
      expect(reason).toMatch(/^[a-z ,]+: (under )?\d+ % chance to beat the best$/);
    expect(new Set(reasons.map((reason) => reason.split(':')[0])).size).toBe(4);
  });

  it('asks in bounded time and memory however long the session', () => {
    const finished = run(SPACE, measureMixed, { trials: 2500, method: 'random' });
    const before = process.cpuUsage();
    for (const iteration of [2501, 2502, 2503, 2504]) askAfter(finished, iteration);
    const { user, system } = process.cpuUsage(before);
    expect((user + system) / 4000).toBeLessThan(1000);
  });
});
