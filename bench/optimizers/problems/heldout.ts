import type { Params, SearchSpace } from '../../../src/search-space/space.ts';
import { ackley, HARTMANN6_A, HARTMANN6_P, hartmann, levy, rosenbrock } from './continuous.ts';
import { box, type Definition, movedBy, num, text, vector } from './problem.ts';

/**
 * Problems of the same kinds that no design decision may look at: other functions, sizes and optima, some of them
 * near the edge of the box. They tell a good optimizer from one tuned to the standard set.
 */

const PLASTIC = 0.7548776662466927;
const square = (v: number): number => v * v;
const sum = (values: readonly number[]): number => values.reduce((total, v) => total + v, 0);

/** Optimum of coordinate `i`: over the central 90 % of the bounds, in another order than the standard set's. */
function optimum(i: number, low: number, high: number): number {
  const turns = (i + 1) * PLASTIC;
  return low + (high - low) * (0.05 + 0.9 * (turns - Math.floor(turns)));
}

const moved = movedBy(optimum);

/** The first four coordinates of hartmann6, in the form scaled to mean 0 and variance 1. */
const hartmann4 = (params: Params): number =>
  (1.1 + hartmann(vector(params, 4), HARTMANN6_A, HARTMANN6_P)) / 0.839;

const styblinskiTang = (x: readonly number[]): number => sum(x.map((v) => v ** 4 - 16 * v * v + 5 * v)) / 2;

/** Every other axis mirrored, so that the optimum does not lie on the diagonal. */
const mirrored = (params: Params, d: number): number[] =>
  vector(params, d).map((v, i) => (i % 2 === 0 ? v : -v));

const michalewicz = (x: readonly number[]): number =>
  -sum(x.map((v, i) => Math.sin(v) * Math.sin(((i + 1) * v * v) / Math.PI) ** 20));

/** Weights over three decades along the axes of a reflected frame: no coordinate stands alone. */
function tilted(z: readonly number[]): number {
  const d = z.length;
  const axis = z.map((_, i) => 1 + (i % 3));
  const scale = (2 * sum(z.map((v, i) => v * axis[i]!))) / sum(axis.map(square));
  return sum(z.map((v, i) => 10 ** ((-3 * i) / (d - 1)) * square(v - scale * axis[i]!)));
}

const MIXED7_SPACE: SearchSpace = {
  x: { type: 'float', bounds: [0, 10] },
  y: { type: 'float', bounds: [0.01, 100], log: true },
  depth: { type: 'int', bounds: [1, 64], log: true },
  lots: { type: 'int', bounds: [0, 100], step: 5 },
  tick: { type: 'float', bounds: [-1, 1], step: 0.1 },
  venue: { type: 'categorical', choices: ['a', 'b', 'c', 'd', 'e'] },
  maker: { type: 'bool' },
};
const VENUES: Readonly<Record<string, readonly [best: number, cost: number]>> = {
  a: [1.5, 0.8],
  b: [4, 0.3],
  c: [6.2, 0],
  d: [8, 0.5],
  e: [9.3, 1.2],
};

function mixed7(params: Params): number {
  const [best, cost] = VENUES[text(params, 'venue')]!;
  const maker = params.maker === true;
  const x = num(params, 'x');
  const y = Math.log10(num(params, 'y'));
  return (
    cost +
    0.4 * square(x - best) +
    0.2 * square(Math.sin(3 * (x - best))) +
    square(y - (maker ? -0.8 : 0.9)) +
    (maker ? 0 : 0.7) +
    0.25 * square(Math.log2(num(params, 'depth')) - 3) +
    0.002 * Math.abs(num(params, 'lots') - 65) * (1 + Math.abs(x - best)) +
    1.5 * Math.abs(num(params, 'tick') - 0.3)
  );
}

const COND8_SPACE: SearchSpace = {
  model: { type: 'categorical', choices: ['linear', 'tree', 'none'] },
  bias: { type: 'float', bounds: [-2, 2] },
  l_rate: { type: 'float', bounds: [1e-4, 10], log: true, when: { model: ['linear'] } },
  l_decay: { type: 'bool', when: { model: ['linear'] } },
  l_half: { type: 'float', bounds: [1, 500], log: true, when: { model: ['linear'], l_decay: [true] } },
  t_leaves: { type: 'int', bounds: [2, 128], log: true, when: { model: ['tree'] } },
  t_split: { type: 'float', bounds: [0, 1], when: { model: ['tree'] } },
};

/** A condition under a condition, and a branch without parameters that is better than most of the others. */
function cond8(params: Params): number {
  const shared = 0.8 * square(num(params, 'bias') + 1.1);
  switch (text(params, 'model')) {
    case 'linear': {
      const rate = 0.7 * square(Math.log10(num(params, 'l_rate')) + 1.4);
      const decay = params.l_decay === true ? 1.2 * square(Math.log10(num(params, 'l_half')) - 1.9) : 0.9;
      return shared + rate + decay;
    }
    case 'tree': {
      const leaves = 0.3 * square(Math.log2(num(params, 't_leaves')) - 5);
      return shared + 0.4 + leaves + 3 * Math.abs(num(params, 't_split') - 0.62);
    }
    default:
      return shared + 1.1;
  }
}

const TRADE8_SPACE: SearchSpace = {
  spread: { type: 'float', bounds: [0.5, 50], log: true },
  skew: { type: 'float', bounds: [-1, 1] },
  levels: { type: 'int', bounds: [1, 10] },
  lot: { type: 'float', bounds: [0.001, 10], log: true },
  limit: { type: 'float', bounds: [0.01, 50], log: true },
  refresh: { type: 'int', bounds: [1, 5000], log: true },
  kill: { type: 'float', bounds: [0.1, 20] },
  side: { type: 'categorical', choices: ['both', 'bid', 'ask'] },
};
const SIDES: Readonly<Record<string, readonly [share: number, skew: number]>> = {
  both: [1, 0.15],
  bid: [0.55, -0.4],
  ask: [0.6, 0.5],
};

/** The negative profit of a quoting strategy: idle, banned and bankrupt regions, whole trades, a rate limit. */
function trade8(params: Params): number {
  const [share, bestSkew] = SIDES[text(params, 'side')]!;
  const levels = num(params, 'levels');
  const lot = num(params, 'lot');
  const limit = num(params, 'limit');
  const refresh = num(params, 'refresh');
  const edge = num(params, 'spread') - 4;
  if (refresh < 5 * levels) return 30; // banned: too many orders a second
  if (levels * lot > limit) return 12; // rejected by the position limit
  if (limit > 20) return 60; // bankrupt on the first jump
  const trades = Math.floor(60 * Math.exp(-num(params, 'spread') / 9) * (0.4 + 0.06 * levels));
  if (trades === 0) return 0;
  if (edge <= 0) return Math.min(20, -edge * trades * 0.2); // quotes inside the fee
  const size = Math.max(0, 1 - square(Math.log10(lot / 0.8)) / 3);
  const room = Math.max(0, 1 - 0.5 * Math.abs(Math.log10(limit / 9)));
  const fresh = Math.max(0, 1 - 0.35 * Math.log10(refresh / 5));
  const lean = Math.max(0, 1 - 0.9 * square(num(params, 'skew') - bestSkew));
  const kill = num(params, 'kill');
  const guard = kill < 2 ? 0.3 : 1 - 0.03 * Math.floor(Math.abs(kill - 5));
  return -0.5 * share * edge * trades * size * room * fresh * lean * guard;
}

export const HELD_OUT: readonly Definition[] = [
  { name: 'hartmann4', space: box(4, 0, 1), f: hartmann4, fstar: -3.1344941412223983, sigma: 0 },
  {
    name: 'styblinski8',
    space: box(8, -5, 5),
    f: (params) => styblinskiTang(mirrored(params, 8)),
    fstar: 8 * -39.16616570377142,
    sigma: 0,
  },
  {
    name: 'michalewicz5',
    space: box(5, 0, Math.PI),
    f: (params) => michalewicz(vector(params, 5)),
    fstar: -4.687658179088151,
    sigma: 0,
  },
  moved('rosenbrock4', [4, -3, 5], (z) => rosenbrock(z.map((v) => v + 1))),
  moved('tilted12', [12, -4, 4], tilted),
  moved('ackley5', [5, -8, 8], ackley),
  moved('noisy_levy4', [4, -10, 10], (z) => levy(z.map((v) => 1 + v / 4)), 1),
  { name: 'mixed7', space: MIXED7_SPACE, f: mixed7, fstar: 0, sigma: 0 },
  { name: 'cond8', space: COND8_SPACE, f: cond8, fstar: 0, sigma: 0 },
  { name: 'trade8', space: TRADE8_SPACE, f: trade8, fstar: -41.39401217525018, sigma: 0 },
];
