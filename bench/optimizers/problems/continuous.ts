import type { Params } from '../../../src/search-space/space.ts';
import { box, type Definition, movedBy, num, vector } from './problem.ts';

/** The smooth, rugged and noisy test functions over floats, each from its published formula; optima moved by `shift`. */

const PHI = 0.6180339887498949;
const TAU = 2 * Math.PI;
const square = (v: number): number => v * v;
const sum = (values: readonly number[]): number => values.reduce((total, v) => total + v, 0);

/** Where coordinate `i` has its optimum: spread over the central 60 % of the bounds. */
export function shift(i: number, low: number, high: number): number {
  const turns = (i + 1) * PHI;
  return low + (high - low) * (0.2 + 0.6 * (turns - Math.floor(turns)));
}

const moved = movedBy(shift);

export function branin(x: number, y: number): number {
  const valley = y - (5.1 / (4 * Math.PI ** 2)) * x * x + (5 / Math.PI) * x - 6;
  return square(valley) + 10 * (1 - 1 / (8 * Math.PI)) * Math.cos(x) + 10;
}

const HARTMANN_WEIGHTS = [1, 1.2, 3, 3.2];
const HARTMANN3_A = [[3, 10, 30], [0.1, 10, 35], [3, 10, 30], [0.1, 10, 35]]; // biome-ignore format: a matrix
const HARTMANN3_P = [
  [0.3689, 0.117, 0.2673],
  [0.4699, 0.4387, 0.747],
  [0.1091, 0.8732, 0.5547],
  [0.0381, 0.5743, 0.8828],
];
export const HARTMANN6_A = [
  [10, 3, 17, 3.5, 1.7, 8],
  [0.05, 10, 17, 0.1, 8, 14],
  [3, 3.5, 1.7, 10, 17, 8],
  [17, 8, 0.05, 10, 0.1, 14],
];
export const HARTMANN6_P = [
  [0.1312, 0.1696, 0.5569, 0.0124, 0.8283, 0.5886],
  [0.2329, 0.4135, 0.8307, 0.3736, 0.1004, 0.9991],
  [0.2348, 0.1451, 0.3522, 0.2883, 0.3047, 0.665],
  [0.4047, 0.8828, 0.8732, 0.5743, 0.1091, 0.0381],
];

export function hartmann(x: readonly number[], a: readonly number[][], p: readonly number[][]): number {
  return -sum(
    HARTMANN_WEIGHTS.map(
      (weight, i) => weight * Math.exp(-sum(x.map((v, j) => a[i]![j]! * square(v - p[i]![j]!)))),
    ),
  );
}

const hartmann3 = (params: Params): number => hartmann(vector(params, 3), HARTMANN3_A, HARTMANN3_P);
const hartmann6 = (params: Params): number => hartmann(vector(params, 6), HARTMANN6_A, HARTMANN6_P);

export function rosenbrock(z: readonly number[]): number {
  return sum(z.slice(1).map((next, i) => 100 * square(next - square(z[i]!)) + square(1 - z[i]!)));
}

const rastrigin = (z: readonly number[]): number => sum(z.map((v) => v * v - 10 * Math.cos(TAU * v) + 10));

function griewank(z: readonly number[]): number {
  const product = z.reduce((p, v, i) => p * Math.cos(v / Math.sqrt(i + 1)), 1);
  return sum(z.map(square)) / 4000 - product + 1;
}

export function ackley(z: readonly number[]): number {
  const radius = Math.sqrt(sum(z.map(square)) / z.length);
  const ripple = sum(z.map((v) => Math.cos(TAU * v))) / z.length;
  return -20 * Math.exp(-0.2 * radius) - Math.exp(ripple) + 20 + Math.E;
}

export function levy(w: readonly number[]): number {
  const last = w[w.length - 1]!;
  const inner = w.slice(0, -1).map((v) => square(v - 1) * (1 + 10 * square(Math.sin(Math.PI * v + 1))));
  return (
    square(Math.sin(Math.PI * w[0]!)) + sum(inner) + square(last - 1) * (1 + square(Math.sin(TAU * last)))
  );
}

/** Weights fall over four decades in a scattered order, so few of the 20 coordinates matter. */
const ellipsoid = (z: readonly number[]): number =>
  sum(z.map((v, i) => 10 ** ((-4 * ((7 * i) % 20)) / 19) * v * v));

const HARTMANN6_LEAST = -3.322368011415515;

export const CONTINUOUS: readonly Definition[] = [
  {
    name: 'branin2',
    space: { x0: { type: 'float', bounds: [-5, 10] }, x1: { type: 'float', bounds: [0, 15] } },
    f: (params) => branin(num(params, 'x0'), num(params, 'x1')),
    fstar: 0.39788735772973816,
    sigma: 0,
  },
  { name: 'hartmann3', space: box(3, 0, 1), f: hartmann3, fstar: -3.862779787332663, sigma: 0 },
  { name: 'hartmann6', space: box(6, 0, 1), f: hartmann6, fstar: HARTMANN6_LEAST, sigma: 0 },
  moved('rosenbrock6', [6, -2, 2], (z) => rosenbrock(z.map((v) => v + 1))),
  moved('rastrigin6', [6, -5.12, 5.12], rastrigin),
  moved('griewank6', [6, -50, 50], griewank),
  moved('sphere10', [10, -5, 5], (z) => sum(z.map(square))),
  moved('ackley10', [10, -5, 10], ackley),
  moved('levy20', [20, -10, 10], (z) => levy(z.map((v) => 1 + v / 4))),
  moved('ellipsoid20', [20, -5, 5], ellipsoid),
  { name: 'noisy_hartmann6', space: box(6, 0, 1), f: hartmann6, fstar: HARTMANN6_LEAST, sigma: 0.25 },
];
