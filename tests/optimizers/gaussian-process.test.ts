import { describe, expect, it } from 'vitest';
import { Acquisition, both, LogFeasibility, type Worth } from '../../src/optimizers/bayesian/acquisition.ts';
import {
  drawLengths,
  fitHyperparameters,
  type Hyperparameters,
} from '../../src/optimizers/bayesian/hyperparameters.ts';
import {
  cholesky,
  inverseFromCholesky,
  solveLower,
  solveUpper,
} from '../../src/optimizers/bayesian/linear-algebra.ts';
import { minimise } from '../../src/optimizers/bayesian/minimise.ts';
import { pointsOf } from '../../src/optimizers/bayesian/points.ts';
import { Posterior } from '../../src/optimizers/bayesian/posterior.ts';
import { randomStream } from '../../src/search-space/random-stream.ts';

const next = randomStream(3, 1, 'test');
const NOMINAL = [false, false, false, true];
const rows = Array.from({ length: 17 }, () =>
  Float64Array.of(next(), next(), next(), Math.floor(next() * 3)),
);
const f = (x: Float64Array): number => Math.sin(5 * x[0]!) + x[1]! ** 2 + 0.5 * x[3]!;
const targets = Float64Array.from(rows.slice(0, 14), f);
const best = Math.min(...targets);
const hyperparameters: Hyperparameters = {
  lengths: Float64Array.of(0.4, 0.8, 3, 1.5),
  signal: 1.3,
  noise: 1e-3,
};
const model = (pending = 0): Posterior =>
  new Posterior(pointsOf(rows.slice(0, 14 + pending), NOMINAL), targets, 'matern52', hyperparameters);

/** Central differences in the numeric columns, 0 in the nominal one. */
const slopes = (worth: Worth, x: Float64Array): number[] =>
  NOMINAL.map((isNominal, j) => {
    if (isNominal) return 0;
    const shifted = (h: number) => worth.value(x.map((v, k) => (k === j ? v + h : v)));
    return (shifted(1e-5) - shifted(-1e-5)) / 2e-5;
  });

const close = (actual: ArrayLike<number>, expected: ArrayLike<number>, tolerance: number): void => {
  for (let j = 0; j < expected.length; j++) {
    expect(Math.abs(actual[j]! - expected[j]!)).toBeLessThan(tolerance * (1 + Math.abs(expected[j]!)));
  }
};

describe('linear algebra', () => {
  it('factors, solves and inverts the matrix of a case worked by hand', () => {
    // A = L Lᵀ with L = [[2,0,0],[1,3,0],[-1,2,1]], all by hand.
    const a = Float64Array.of(4, 2, -2, 2, 10, 5, -2, 5, 6);
    expect(cholesky(a, 3)).toBe(true);
    close([a[0]!, a[3]!, a[4]!, a[6]!, a[7]!, a[8]!], [2, 1, 3, -1, 2, 1], 1e-14);
    const b = Float64Array.of(4, 17, 9);
    solveLower(a, 3, b);
    solveUpper(a, 3, b);
    close(b, [1, 1, 1], 1e-13);
    const inverse = new Float64Array(9);
    inverseFromCholesky(a, 3, inverse);
    close(
      [inverse[0]!, inverse[3]!, inverse[4]!, inverse[6]!, inverse[7]!, inverse[8]!],
      [35, -22, 20, 30, -24, 36].map((v) => v / 36),
      1e-12,
    );
  });

  it('says so when a matrix is not positive definite', () => {
    expect(cholesky(Float64Array.of(1, 2, 2, 1), 2)).toBe(false);
  });
});

describe('the minimiser', () => {
  it('finds the minimum of Rosenbrock’s valley, and one on the edge of a box', () => {
    const valley = (x: Float64Array, gradient: Float64Array): number => {
      const [a, b] = [x[0]!, x[1]!];
      gradient.set([-400 * a * (b - a * a) - 2 * (1 - a), 200 * (b - a * a)]);
      return 100 * (b - a * a) ** 2 + (1 - a) ** 2;
    };
    const at = (upper: number) =>
      minimise(
        valley,
        Float64Array.of(-1.2, 1),
        Float64Array.of(-2, -2),
        Float64Array.of(upper, 2),
        200,
        1e-14,
      ).x;
    close(at(2), [1, 1], 1e-4);
    close(at(0.5), [0.5, 0.25], 1e-4);
  });
});

describe('the Gaussian process', () => {
  it('predicts its targets up to the noise and the mean far away', () => {
    const quiet = new Posterior(pointsOf(rows.slice(0, 14), NOMINAL), targets, 'matern52', {
      ...hyperparameters,
      noise: 1e-8,
    });
    for (let i = 0; i < 14; i++) expect(quiet.meanAt(i)).toBeCloseTo(targets[i]!, 5);
  });

  it('finds hyperparameters that tell what matters from what does not, and noise where there is some', () => {
    const many = Array.from({ length: 60 }, () =>
      Float64Array.of(next(), next(), next(), Math.floor(next() * 3)),
    );
    const fitted = (noise: number) => {
      const values = Float64Array.from(many, (x) => f(x) + noise * (next() + next() + next() - 1.5) * 2);
      const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
      return fitHyperparameters(
        pointsOf(many, NOMINAL),
        values.map((value) => value - mean),
        'matern52',
        1e-3,
      );
    };
    const clean = fitted(0);
    expect(clean.lengths[2]).toBeGreaterThan(4 * clean.lengths[0]!);
    expect(clean.noise).toBeLessThan(1e-3);
    const noisy = fitted(0.4);
    expect(noisy.noise).toBeGreaterThan(0.05);
    expect(noisy.noise).toBeLessThan(0.4);
  });

  it('draws lengths about the fitted ones, as far off as the prior at first and nearer with each trial', () => {
    const d = hyperparameters.lengths.length;
    const spread = (trials: number): number => {
      const logs = Array.from({ length: 500 }, (_, i) =>
        drawLengths(hyperparameters, trials, randomStream(1, i, 'lengths')),
      ).flatMap((drawn) =>
        [...drawn.lengths].map((length, j) => Math.log(length / hyperparameters.lengths[j]!)),
      );
      expect(Math.abs(logs.reduce((sum, v) => sum + v, 0) / logs.length)).toBeLessThan(0.1);
      return Math.sqrt(logs.reduce((sum, v) => sum + v * v, 0) / logs.length);
    };
    close([spread(0), spread(3 * d), spread(99 * d)], [0.8, 0.4, 0.08], 0.05);
  });
});

describe('the acquisition', () => {
  const x = Float64Array.of(0.31, 0.42, 0.53, 1);
  const samples = [Float64Array.of(0.3, -1, 0.2), Float64Array.of(1, 0.5, -0.7)];

  it.each(['ei', 'poi', 'ucb'] as const)(
    'has the gradient of its values, with trials pending too: %s',
    (rule) => {
      for (const worth of [
        new Acquisition(model(), best, [new Float64Array(0)], rule),
        new Acquisition(model(3), best, samples, rule),
        both(new Acquisition(model(3), best, samples, rule), new LogFeasibility(model())),
      ]) {
        const gradient = new Float64Array(4);
        worth.value(x, gradient);
        close(gradient, slopes(worth, x), 1e-5);
      }
    },
  );

  it('expects over the pending outcomes what the model would say were they known', () => {
    const joint = model(3);
    const values = samples.map((sample) => {
      // The outcomes the sample stands for, and the model that knows them as targets, with the same mean.
      const n = 17;
      const outcomes = [14, 15, 16].map((p) => {
        let value = joint.mean;
        for (let i = 0; i < 14; i++) value += joint.factor[p * n + i]! * joint.whitened[i]!;
        for (let i = 14; i <= p; i++) value += joint.factor[p * n + i]! * sample[i - 14]!;
        return value;
      });
      const all = Float64Array.of(...targets, ...outcomes);
      const told = new Posterior(pointsOf(rows, NOMINAL), all, 'matern52', hyperparameters);
      // The told model estimates its own mean; close enough when the outcomes lie near what was expected.
      return Math.exp(
        new Acquisition(told, Math.min(best, ...outcomes), [new Float64Array(0)], 'ei').value(x),
      );
    });
    const expected = Math.log((values[0]! + values[1]!) / 2);
    expect(new Acquisition(joint, best, samples, 'ei').value(x)).toBeCloseTo(expected, 0);
  });

  it('is worth almost nothing where a trial is pending', () => {
    const pending = rows[14]!;
    const alone = new Acquisition(model(), best, [new Float64Array(0)], 'ei').value(pending);
    const besides = new Acquisition(model(3), best, samples, 'ei').value(pending);
    expect(besides).toBeLessThan(alone - 2);
  });

  it('stays finite where an improvement is out of reach', () => {
    const hopeless = new Acquisition(model(), best - 1e6, [new Float64Array(0)], 'ei');
    const gradient = new Float64Array(4);
    expect(hopeless.value(x, gradient)).toBeGreaterThan(-Infinity);
    expect(gradient.every(Number.isFinite)).toBe(true);
  });
});
