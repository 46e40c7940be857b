import type { Params, SearchSpace } from '../../../src/search-space/space.ts';
import { branin, shift } from './continuous.ts';
import { type Definition, num, text } from './problem.ts';

/** The test problems with integers, logarithms, steps, choices, conditions, plateaus and cliffs. */

const square = (v: number): number => v * v;

const MIXED8_SPACE: SearchSpace = {
  a: { type: 'float', bounds: [-5, 5] },
  lr: { type: 'float', bounds: [1e-5, 1], log: true },
  hl: { type: 'float', bounds: [1, 1000], log: true },
  i: { type: 'int', bounds: [0, 20] },
  n: { type: 'int', bounds: [1, 256], log: true },
  st: { type: 'float', bounds: [0, 5], step: 0.25 },
  k: { type: 'categorical', choices: ['ema', 'sma', 'kalman', 'raw'] },
  q: { type: 'categorical', choices: ['fifo', 'prorata', 'hybrid'] },
};
/** Where `a` is best, and what the choice itself costs. */
const FILTER: Readonly<Record<string, readonly [best: number, cost: number]>> = {
  ema: [-2, 0.4],
  sma: [1, 1],
  kalman: [2.5, 0],
  raw: [4, 1.5],
};
const QUEUE: Readonly<Record<string, number>> = { fifo: 0.6, prorata: 0, hybrid: 0.3 };

function mixed8(params: Params): number {
  const queue = text(params, 'q');
  const [best, cost] = FILTER[text(params, 'k')]!;
  const a = num(params, 'a');
  const i = num(params, 'i');
  const rate = Math.log10(num(params, 'lr')) + 2.3 + (queue === 'hybrid' ? 0.7 : 0);
  return (
    0.25 * square(a - best) +
    cost +
    0.5 * square(rate) +
    QUEUE[queue]! +
    0.8 * square(Math.log10(num(params, 'hl')) - 1.7) +
    0.02 * square(i - 13) +
    (i % 2 === 0 ? 0.5 : 0) +
    0.3 * square(Math.log2(num(params, 'n')) - 4) +
    0.6 * Math.abs(num(params, 'st') - 3.25) +
    0.3 * square(Math.sin(2 * a - 2 * best))
  );
}

const COND9_SPACE: SearchSpace = {
  kind: { type: 'categorical', choices: ['A', 'B', 'C'] },
  w: { type: 'float', bounds: [0, 1] },
  a_x: { type: 'float', bounds: [-5, 10], when: { kind: ['A'] } },
  a_y: { type: 'float', bounds: [0, 15], when: { kind: ['A'] } },
  b_lr: { type: 'float', bounds: [1e-5, 1], log: true, when: { kind: ['B'] } },
  b_depth: { type: 'int', bounds: [1, 12], when: { kind: ['B'] } },
  b_mom: { type: 'float', bounds: [0, 1], when: { kind: ['B'] } },
  c_z0: { type: 'float', bounds: [-1, 1], when: { kind: ['C'] } },
  c_z1: { type: 'float', bounds: [-1, 1], when: { kind: ['C'] } },
  c_z2: { type: 'float', bounds: [-1, 1], when: { kind: ['C'] } },
};

function cond9(params: Params): number {
  const w = num(params, 'w');
  const shared = 3 * Math.abs(w - 0.73) + (w > 0.8 ? 2 : 0);
  switch (text(params, 'kind')) {
    case 'A':
      return shared + branin(num(params, 'a_x'), num(params, 'a_y')) / 10 + 0.5;
    case 'B': {
      const depth = num(params, 'b_depth');
      const momentum = depth > 6 ? 2 * square(num(params, 'b_mom') - 0.35) : 1.5;
      return shared + square(Math.log10(num(params, 'b_lr')) + 3) + 0.1 * square(depth - 8) + momentum;
    }
    default:
      return [0, 1, 2].reduce((v, j) => v + square(num(params, `c_z${j}`) - shift(j, -1, 1)), shared + 1);
  }
}

const TRADE10_SPACE: SearchSpace = {
  entry: { type: 'float', bounds: [0, 60] },
  exit: { type: 'float', bounds: [-10, 30] },
  size: { type: 'float', bounds: [10, 100000], log: true },
  maxpos: { type: 'int', bounds: [1, 20] },
  ttl: { type: 'int', bounds: [10, 10000], log: true },
  window: { type: 'int', bounds: [2, 200], log: true },
  stop: { type: 'float', bounds: [1, 500], log: true },
  hedge: { type: 'float', bounds: [0, 1] },
  cool: { type: 'float', bounds: [0.1, 100], log: true },
  mode: { type: 'categorical', choices: ['TT', 'MT', 'TM', 'MM'] },
};
/** Fee in basis points, best time to live (0..1 on its log range), best fill rate. */
const MODES: Readonly<Record<string, readonly [fee: number, ttl: number, fill: number]>> = {
  TT: [14, 0.3, 0.75],
  MT: [9, 0.62, 1],
  TM: [11, 0.5, 0.8],
  MM: [6, 0.8, 0.7],
};

/** The negative profit of a two-venue strategy: zero over much of the space, with steps and two cliffs. */
function trade10(params: Params): number {
  const [fee, bestTtl, bestFill] = MODES[text(params, 'mode')]!;
  const entry = num(params, 'entry');
  const stop = num(params, 'stop');
  const miss = Math.abs(entry - num(params, 'exit') - fee - 12);
  const trades = miss <= 1e-9 ? 40 : Math.min(40, Math.max(0, Math.floor(40 * (1 - miss / 15))));
  const notional = num(params, 'size') * num(params, 'maxpos');
  if (notional > 60000) return 50; // liquidated
  if (stop < 0.5 * entry) return 10; // stopped out again and again
  if (trades === 0) return 0;
  const ttl = Math.log(num(params, 'ttl') / 10) / Math.log(1000);
  const fill = bestFill * Math.max(0, 1 - 6 * square(ttl - bestTtl));
  if (fill <= 0 || notional < 500) return 0; // nothing fills, or below the venue's least order
  const hedge = num(params, 'hedge');
  const factors = [
    1 - 0.5 * Math.abs(Math.log(num(params, 'window') / 40) / Math.log(20)),
    1 - 0.8 * square(hedge - 0.85) - (hedge < 0.5 ? 0.25 : 0),
    1 - 0.3 * square(Math.log10(num(params, 'cool')) - 0.3),
    1 - 0.1 * Math.floor(4 * Math.log10(Math.max(stop, 40) / 40)),
  ];
  const size = Math.log(notional / 500) / Math.log(120);
  return factors.reduce((v, factor) => v * Math.max(0, factor), -100 * (trades / 40) * fill * size);
}

export const MIXED: readonly Definition[] = [
  { name: 'mixed8', space: MIXED8_SPACE, f: mixed8, fstar: 0, sigma: 0 },
  { name: 'cond9', space: COND9_SPACE, f: cond9, fstar: 0, sigma: 0 },
  { name: 'trade10', space: TRADE10_SPACE, f: trade10, fstar: -100, sigma: 0 },
];
