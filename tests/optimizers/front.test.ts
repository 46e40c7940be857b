import { describe, expect, it } from 'vitest';
import { hypervolume } from '../../bench/optimizers/pareto/hypervolume.ts';
import { cellsBelow } from '../../src/optimizers/bayesian/front-cells.ts';
import { FrontImprovement } from '../../src/optimizers/bayesian/front-improvement.ts';
import { pointsOf } from '../../src/optimizers/bayesian/points.ts';
import { Posterior } from '../../src/optimizers/bayesian/posterior.ts';
import { Prediction } from '../../src/optimizers/bayesian/prediction.ts';
import { normalQuantile } from '../../src/search-space/exact-math.ts';
import { randomStream } from '../../src/search-space/random-stream.ts';
import { sobolSequence } from '../../src/search-space/sobol.ts';
import { fc } from '../support/properties.ts';

/** What several objectives are searched by: the part of their space that no trial beats yet, and what a trial adds to it. */

/** Whole losses below 6, so that ties are many. */
const fronts = fc.integer({ min: 1, max: 4 }).chain((k) =>
  fc.array(fc.array(fc.integer({ min: 0, max: 5 }), { minLength: k, maxLength: k }), {
    minLength: 1,
    maxLength: 8,
  }),
);

describe('the cells', () => {
  it('hold each point below the reference that no vector beats once, and no other', () => {
    fc.assert(
      fc.property(
        fronts,
        fc.array(fc.integer({ min: -2, max: 7 }), { minLength: 4, maxLength: 4 }),
        (front, place) => {
          const k = front[0]!.length;
          // Halves lie on no side of a cell.
          const point = place.slice(0, k).map((value) => value + 0.5);
          const holding = cellsBelow(front, new Array(k).fill(6)).filter(({ lower, upper }) =>
            point.every((value, j) => value > lower[j]! && value < upper[j]!),
          );
          const isBeaten = front.some((losses) => losses.every((loss, j) => loss < point[j]!));
          const isBelow = point.every((value) => value < 6);
          expect(holding).toHaveLength(isBelow && !isBeaten ? 1 : 0);
        },
      ),
      { numRuns: 2_000 },
    );
  });
});

const next = randomStream(5, 1, 'test');
const NOMINAL = [false, false];
const rows = Array.from({ length: 15 }, () => Float64Array.of(next(), next()));
const losses = [
  (x: Float64Array): number => (x[0]! - 0.2) ** 2 + x[1]! ** 2,
  (x: Float64Array): number => Math.abs(x[0]! - 0.7) + 0.3 * x[1]!,
  (x: Float64Array): number => Math.sin(4 * x[0]!) - x[1]!,
];
/** @param pending so many of the rows are not told */
const modelsOf = (objectives: number, pending: number): Posterior[] =>
  losses.slice(0, objectives).map(
    (f) =>
      new Posterior(pointsOf(rows, NOMINAL), Float64Array.from(rows.slice(0, 15 - pending), f), 'matern52', {
        ...{ lengths: Float64Array.of(0.5, 0.9), signal: 1.2, noise: 1e-3 },
      }),
  );
const vectors = rows.slice(0, 12).map((x) => losses.map((f) => f(x)));
const REFERENCE = [1, 0.9, 0.8];
const spaces = [2, 3].map((objectives) => ({
  objectives,
  front: vectors
    .map((all) => all.slice(0, objectives))
    .filter((all) => all.every((loss, k) => loss < REFERENCE[k]!)),
  reference: REFERENCE.slice(0, objectives),
}));
const POINTS = [Float64Array.of(0.31, 0.12), Float64Array.of(0.55, 0.05), Float64Array.of(0.4, 0.01)];

describe.each(spaces)(
  'the improvement of a front of $objectives objectives',
  ({ objectives, front, reference }) => {
    it('is the volume that outcomes add on average, and the chance the share that adds any', () => {
      const models = modelsOf(objectives, 0);
      const worth = new FrontImprovement(models, front, reference);
      const before = hypervolume(front, reference);
      const draw = sobolSequence(objectives, 7, 'outcomes');
      const DRAWS = 4_096;
      for (const x of POINTS) {
        const outcomes = models.map((model) => {
          const prediction = new Prediction(model);
          prediction.at(x, false);
          return prediction;
        });
        let gain = 0;
        let share = 0;
        for (let s = 0; s < DRAWS; s++) {
          const normals = draw(s).map(normalQuantile);
          const told = outcomes.map(({ mean, deviation }, k) => mean + deviation * normals[k]!);
          const added = hypervolume([...front, told], reference) - before;
          gain += added / DRAWS;
          share += Number(added > 1e-12) / DRAWS;
        }
        expect(Math.exp(worth.value(x)) / gain).toBeCloseTo(1, 1.5);
        expect(worth.chance(x)).toBeCloseTo(share, 2);
      }
    });

    it('has the gradient of its values, with trials pending too', () => {
      for (const pending of [0, 3]) {
        const worth = new FrontImprovement(modelsOf(objectives, pending), front, reference);
        for (const x of POINTS) {
          const gradient = new Float64Array(2);
          worth.value(x, gradient);
          for (const j of [0, 1]) {
            const at = (h: number) => worth.value(x.map((value, i) => (i === j ? value + h : value)));
            const slope = (at(1e-5) - at(-1e-5)) / 2e-5;
            expect(Math.abs(gradient[j]! - slope)).toBeLessThan(1e-4 * (1 + Math.abs(slope)));
          }
        }
      }
    });

    it('stays finite where nothing can be gained', () => {
      const out = (by: number) =>
        [front.map((all) => all.map((loss) => loss - by)), reference.map((loss) => loss - by)] as const;
      for (const by of [50, 1e6]) {
        const gradient = new Float64Array(2);
        const worth = new FrontImprovement(modelsOf(objectives, 0), ...out(by));
        expect(worth.value(POINTS[0]!, gradient)).toBeGreaterThan(Number.NEGATIVE_INFINITY);
        expect(gradient.every(Number.isFinite)).toBe(true);
      }
    });
  },
);
