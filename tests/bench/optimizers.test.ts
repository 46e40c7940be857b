import { describe, expect, it } from 'vitest';
import { hypervolume } from '../../bench/optimizers/pareto/hypervolume.ts';
import { PARETO_PROBLEMS } from '../../bench/optimizers/pareto/problems.ts';
import golden from '../../bench/optimizers/problems/golden.json' with { type: 'json' };
import { mulberry32, noise, yardstick } from '../../bench/optimizers/problems/randomness.ts';
import { problemsOf, SETS } from '../../bench/optimizers/problems/sets.ts';
import { normalised, regrets, scoreProblem } from '../../bench/optimizers/score.ts';
import type { Params } from '../../src/search-space/space.ts';

const close = (actual: number, expected: number): void =>
  expect(Math.abs(actual - expected)).toBeLessThanOrEqual(1e-11 * Math.max(1, Math.abs(expected)));

const goldenPoints = golden.points as unknown as Record<string, { cfg: Params; f: number }[]>;

describe('the test problems', () => {
  it.each(problemsOf('standard').map((problem) => [problem.name, problem] as const))(
    '%s has its golden values',
    (name, problem) => {
      const points = goldenPoints[name]!;
      expect(points).toHaveLength(3);
      for (const { cfg, f } of points) close(problem.f(cfg), f);
    },
  );

  it('covers every golden problem', () => {
    expect(problemsOf('standard').map((problem) => problem.name)).toEqual(Object.keys(goldenPoints));
  });

  it('repeats the golden random numbers', () => {
    const draw = mulberry32(7);
    expect(Array.from({ length: 5 }, draw)).toEqual(golden.mulberry32_seed7_first5);
    const trials = [0, 1, 2, 3, 4].map((t) => noise(0, t));
    [...trials, noise(3, 17)].forEach((value, i) => void close(value, golden.noise[i]!));
  });

  it.each(SETS.flatMap(problemsOf).map((problem) => [problem.name, problem] as const))(
    '%s is divided by the median of its uniform points, above its least value',
    (_, problem) => {
      close(yardstick(problem), problem.fref);
      expect(problem.fref).toBeGreaterThan(problem.fstar);
    },
  );

  it('noise is a standard normal of the seed and the trial', () => {
    const draws = Array.from({ length: 4000 }, (_, t) => noise(3, t));
    const mean = draws.reduce((a, b) => a + b) / draws.length;
    const variance = draws.reduce((a, b) => a + (b - mean) ** 2, 0) / draws.length;
    expect(Math.abs(mean)).toBeLessThan(0.1);
    expect(Math.abs(variance - 1)).toBeLessThan(0.1);
  });
});

describe('a hypervolume', () => {
  it('is that of the boxes which the points span with the reference, overlaps once', () => {
    expect(hypervolume([[1]], [3])).toBe(2);
    expect(
      hypervolume(
        [
          [0, 2],
          [2, 0],
          [1, 1],
          [2, 2],
        ],
        [3, 3],
      ),
    ).toBe(6);
    expect(hypervolume([[0, 0, 0]], [1, 2, 3])).toBe(6);
    expect(
      hypervolume(
        [
          [0, 0, 1],
          [1, 0, 0],
          [0, 1, 0],
        ],
        [2, 2, 2],
      ),
    ).toBe(7);
    expect(
      hypervolume(
        [
          [3, 0],
          [0, 4],
        ],
        [3, 3],
      ),
    ).toBe(0);
    expect(hypervolume([], [1, 1])).toBe(0);
  });

  it('is the share of random points that the front beats, and no order of points or objectives matters', () => {
    const draw = mulberry32(11);
    const point = (): number[] => [draw(), draw(), draw()];
    const points = Array.from({ length: 12 }, point);
    const volume = hypervolume(points, [1, 1, 1]);
    const beaten = Array.from({ length: 20_000 }, point).filter((sample) =>
      points.some((each) => each.every((loss, k) => loss < sample[k]!)),
    );
    expect(Math.abs(beaten.length / 20_000 - volume)).toBeLessThan(0.015);
    expect(hypervolume(points.toReversed(), [1, 1, 1])).toBeCloseTo(volume, 12);
    expect(
      hypervolume(
        points.map(([a, b, c]) => [c!, a!, b!]),
        [1, 1, 1],
      ),
    ).toBeCloseTo(volume, 12);
  });

  it.each(PARETO_PROBLEMS.map((problem) => [problem.name, problem] as const))(
    'of %s is above 0 for some of its points, and finite for all',
    (_, { space, f, reference }) => {
      const draw = mulberry32(5);
      const found = Array.from({ length: 200 }, () =>
        f(
          Object.fromEntries(
            Object.entries(space).map(([name, param]) => {
              const [low, high] = 'bounds' in param ? param.bounds : [0, 0];
              return [name, low + (high - low) * draw()];
            }),
          ),
        ),
      );
      expect(found.flat().every(Number.isFinite)).toBe(true);
      expect(found.every((losses) => losses.length === reference.length)).toBe(true);
      expect(hypervolume(found, reference)).toBeGreaterThan(0);
    },
  );
});

describe('the score', () => {
  const [problem] = problemsOf('standard');
  const run = {
    peer: 'x',
    problem: 'branin2',
    seed: 0,
    budget: 3,
    batch: 1,
    values: [5, 3, 1].map((regret) => regret + problem!.fstar),
    observed: [2, 1, 4],
    askCpuMs: [0, 0, 0],
    load: 0,
  };

  it('is the true regret of the trial that looked best', () => {
    expect(regrets(problem!, run, 3)).toEqual([5, 3, 3].map((r) => expect.closeTo(r, 12)));
    expect(regrets(problem!, { ...run, observed: null }, 3).at(-1)).toBeCloseTo(1, 12);
  });

  it('is clamped to between a millionth of the yardstick and ten times it', () => {
    expect(normalised(problem!, 0)).toBe(-6);
    expect(normalised(problem!, 1e9)).toBe(1);
    expect(scoreProblem(problem!, [run], 2)).toMatchObject({ seeds: 1, regret: expect.closeTo(3, 12) });
  });
});
