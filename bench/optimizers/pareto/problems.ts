import type { Params, SearchSpace } from '../../../src/search-space/space.ts';
import { box, vector } from '../problems/problem.ts';

/** Problems of several objectives, all minimised, with the reference that hypervolumes are measured from. */

export interface ParetoProblem {
  readonly name: string;
  readonly space: SearchSpace;
  readonly f: (params: Params) => number[];
  /** A loss per objective that a front is expected to beat. */
  readonly reference: readonly number[];
}

const { abs, cos, exp, hypot, PI, sin, sqrt } = Math;

const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
const squares = (values: readonly number[], centre: number): number =>
  sum(values.map((value) => (value - centre) ** 2));

function problem(
  name: string,
  [d, low, high]: readonly [d: number, low: number, high: number],
  reference: readonly number[],
  formula: (x: readonly number[]) => number[],
): ParetoProblem {
  return { name, space: box(d, low, high), reference, f: (params) => formula(vector(params, d)) };
}

/** Zitzler, Deb and Thiele (2000): the front is where `g` is 1, of the shape `h`. */
const zdt = (name: string, h: (first: number, g: number) => number): ParetoProblem =>
  problem(name, [6, 0, 1], [1.1, 6], ([first = 0, ...rest]) => {
    const g = 1 + (9 * sum(rest)) / rest.length;
    return [first, g * h(first, g)];
  });

export const PARETO_PROBLEMS: readonly ParetoProblem[] = [
  zdt('zdt1', (first, g) => 1 - sqrt(first / g)),
  zdt('zdt2', (first, g) => 1 - (first / g) ** 2),
  zdt('zdt3', (first, g) => 1 - sqrt(first / g) - (first / g) * sin(10 * PI * first)),
  // Deb, Thiele, Laumanns and Zitzler (2002): an eighth of a sphere.
  problem('dtlz2', [6, 0, 1], [1.5, 1.5, 1.5], ([first = 0, second = 0, ...rest]) => {
    const [a, b, r] = [(first * PI) / 2, (second * PI) / 2, 1 + squares(rest, 0.5)];
    return [r * cos(a) * cos(b), r * cos(a) * sin(b), r * sin(a)];
  }),
  // The same, in four pieces.
  problem('dtlz7', [5, 0, 1], [1.1, 22], ([first = 0, ...rest]) => {
    const g = 2 + (9 * sum(rest)) / rest.length;
    return [first, g * (2 - (first / g) * (1 + sin(3 * PI * first)))];
  }),
  // A triangle in the plane where the three sum up to 1.
  problem('triangle', [6, 0, 1], [1.2, 1.2, 1.2], ([first = 0, second = 0, ...rest]) => {
    const g = 1 + 5 * squares(rest, 0.3);
    return [g * first * second, g * first * (1 - second), g * (1 - first)];
  }),
  // Fonseca and Fleming (1995): flat all around, the front is in a small part of it.
  problem('fonseca', [3, -4, 4], [1.1, 1.1], (x) =>
    [1 / sqrt(3), -1 / sqrt(3)].map((centre) => 1 - exp(-squares(x, centre))),
  ),
  // Viennet, Fonteix and Marc (1996).
  problem('viennet', [2, -3, 3], [9, 20, 0.2], ([x = 0, y = 0]) => {
    const q = x * x + y * y;
    return [
      0.5 * q + sin(q),
      (3 * x - 2 * y + 4) ** 2 / 8 + (x - y + 1) ** 2 / 27 + 15,
      1 / (q + 1) - 1.1 * exp(-q),
    ];
  }),
  // Kursawe (1991): many tops.
  problem('kursawe', [3, -5, 5], [0, 20], (x) => [
    sum(x.slice(1).map((next, i) => -10 * exp(-0.2 * hypot(x[i]!, next)))),
    sum(x.map((value) => abs(value) ** 0.8 + 5 * sin(value ** 3))),
  ]),
];
