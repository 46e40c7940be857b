import { exp, log } from '../search-space/exact-math.ts';
import { indexOf, valueAt, valueCount } from '../search-space/parameter.ts';
import { encode, paramsKey } from '../search-space/params.ts';
import { type PointTree, pointTree, type ValueList } from '../search-space/point-tree.ts';
import type { Parameter, Params, ParamValue, SearchSpace } from '../search-space/space.ts';
import type { AskInput, Proposal } from './optimizer.ts';
import { isTaken, takenKeys } from './taken.ts';

/**
 * Grid search: every point once, in a fixed order whose beginning is already spread over the grid (a lattice: steps
 * of one stride through the numbered points), then exhausted.
 */

/** Number of grid points; exact below 2^53, an approximation or Infinity above. */
export function gridSize(space: SearchSpace, gridPoints: number): number {
  return gridTree(space, gridPoints).size;
}

export function askGrid(input: AskInput): Proposal {
  const { tree, stride } = orderedGrid(input.space, input.settings.gridPoints);
  const isKnown = knownTest(input, tree.size);
  // Trial n is point n unless enqueued trials took some; those passed over come after the last point.
  const first = (input.iteration - 1) % tree.size;
  for (let i = 0; i < tree.size; i++) {
    const rank = (first + i) % tree.size;
    const params = tree.pointAt(stepped(rank, stride, tree.size));
    if (!isKnown(params)) return { kind: 'trial', params, reason: `grid point ${rank + 1} of ${tree.size}` };
  }
  return { kind: 'exhausted' };
}

/** A scan a point while most are new; a set once all of them may be known and every one has to be looked at. */
function knownTest(input: AskInput, size: number): (params: Params) => boolean {
  const known = input.taken?.size ?? input.finished.length + input.pending.length;
  if (known < size) return (params) => isTaken(input, params);
  const keys = takenKeys(input);
  return (params) => keys.has(paramsKey(input.space, params));
}

/**
 * The values of one parameter: every choice; every value of a parameter with a step, or of an int that has no more
 * than `gridPoints`; else `gridPoints` values from bound to bound, even on the parameter's scale, an int's rounded.
 */
function gridValues(parameter: Parameter, gridPoints: number): ValueList {
  const all = valueCount(parameter);
  if (
    parameter.type === 'categorical' ||
    parameter.type === 'bool' ||
    parameter.step !== undefined ||
    all <= gridPoints
  ) {
    return { count: all, at: (index) => valueAt(parameter, index) };
  }
  const [low, high] = parameter.bounds;
  const values = new Set<ParamValue>();
  for (let i = 0; i < gridPoints; i++) {
    const share = i / (gridPoints - 1);
    const between = parameter.log
      ? exp(log(low) * (1 - share) + log(high) * share)
      : low * (1 - share) + high * share;
    const value = share === 0 ? low : share === 1 ? high : Number(between.toPrecision(15));
    values.add(parameter.type === 'int' ? valueAt(parameter, indexOf(parameter, value)) : value);
  }
  const list = [...values];
  return { count: list.length, at: (index) => list[index]! };
}

const gridTree = (space: SearchSpace, gridPoints: number): PointTree =>
  pointTree(space, (parameter) => gridValues(parameter, gridPoints));

interface OrderedGrid {
  readonly tree: PointTree;
  readonly stride: number;
}

/** A space's grid does not change, so neither does what is kept here; it spares thousands of asks the search. */
const known = new WeakMap<SearchSpace, Map<number, OrderedGrid>>();

function orderedGrid(space: SearchSpace, gridPoints: number): OrderedGrid {
  const bySize = known.get(space) ?? new Map<number, OrderedGrid>();
  known.set(space, bySize);
  let grid = bySize.get(gridPoints);
  if (!grid) {
    const tree = gridTree(space, gridPoints);
    grid = { tree, stride: coveringStride(space, tree) };
    bySize.set(gridPoints, grid);
  }
  return grid;
}

const CANDIDATES = 32;
const FIRST_POINTS = 16;

/** Among strides near multiples of the golden ratio, the one whose first points lie farthest apart. */
function coveringStride(space: SearchSpace, tree: PointTree): number {
  let best = 1;
  let bestSpread = -1;
  for (let c = 1; c <= CANDIDATES; c++) {
    const stride = coprimeFrom(Math.floor(((c * 0.6180339887498949) % 1) * tree.size), tree.size);
    const spread = leastDistance(space, tree, stride);
    if (spread > bestSpread) {
      best = stride;
      bestSpread = spread;
    }
  }
  return best;
}

function coprimeFrom(start: number, size: number): number {
  let stride = Math.max(1, start);
  while (commonDivisor(stride, size) !== 1) stride++;
  return stride;
}

function commonDivisor(a: number, b: number): number {
  return b === 0 ? a : commonDivisor(b, a % b);
}

function leastDistance(space: SearchSpace, tree: PointTree, stride: number): number {
  const points: Float64Array[] = [];
  let least = Number.POSITIVE_INFINITY;
  for (let rank = 0; rank < Math.min(FIRST_POINTS, tree.size); rank++) {
    const point = encode(space, tree.pointAt(stepped(rank, stride, tree.size)));
    for (const other of points) {
      let distance = 0;
      for (let j = 0; j < point.length; j++) distance += Math.abs(point[j]! - other[j]!);
      least = Math.min(least, distance);
    }
    points.push(point);
  }
  return least;
}

/** The number of the point at `rank` of the order: half-way in, so that the first one is no corner. */
function stepped(rank: number, stride: number, size: number): number {
  const offset = Math.floor(size / 2);
  if (size < 94906265) return (rank * stride + offset) % size;
  return Number(
    (BigInt(rank) * BigInt(stride) + BigInt(offset)) % BigInt(Math.min(size, Number.MAX_SAFE_INTEGER)),
  );
}
