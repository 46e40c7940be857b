import { describe, expect, it } from 'vitest';
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
