import { hashWords, randomStream } from './random-stream.ts';
import { SOBOL_DIRECTIONS } from './sobol-directions.ts';

/**
 * Sobol points, Owen-scrambled by a hash (Laine and Karras 2011, with Vegdahl's constants): any stretch of the
 * sequence covers the cube more evenly than independent points. A point is found from its index at once.
 */

const BITS = 32;

/** Column j of the generator matrix of each dimension; filled when a dimension is first asked for. */
const matrices: Uint32Array[] = [];

function matrix(dimension: number): Uint32Array {
  const known = matrices[dimension];
  if (known) return known;
  const columns = new Uint32Array(BITS);
  const [polynomial, ...initial] = dimension === 0 ? [1, 1] : SOBOL_DIRECTIONS[dimension - 1]!;
  const degree = dimension === 0 ? 0 : initial.length;
  for (let j = 0; j < BITS; j++) {
    if (dimension === 0 || j < degree) {
      columns[j] = (dimension === 0 ? 1 : initial[j]!) << (BITS - 1 - j);
      continue;
    }
    let value = columns[j - degree]! ^ (columns[j - degree]! >>> degree);
    for (let k = 1; k < degree; k++) {
      if ((polynomial! >>> (degree - k)) & 1) value ^= columns[j - k]!;
    }
    columns[j] = value;
  }
  matrices[dimension] = columns;
  return columns;
}

function reverseBits(word: number): number {
  let x = word;
  x = ((x >>> 1) & 0x55555555) | ((x & 0x55555555) << 1);
  x = ((x >>> 2) & 0x33333333) | ((x & 0x33333333) << 2);
  x = ((x >>> 4) & 0x0f0f0f0f) | ((x & 0x0f0f0f0f) << 4);
  x = ((x >>> 8) & 0x00ff00ff) | ((x & 0x00ff00ff) << 8);
  return ((x >>> 16) | (x << 16)) >>> 0;
}

/** Owen's nested scrambling: each bit is flipped by a function of the seed and the bits above it. */
function scramble(word: number, seed: number): number {
  let x = reverseBits(word);
  x ^= Math.imul(x, 0x3d20adea);
  x = (x + seed) | 0;
  x = Math.imul(x, (seed >>> 16) | 1);
  x ^= Math.imul(x, 0x05526c56);
  x ^= Math.imul(x, 0x53a22864);
  return reverseBits(x >>> 0);
}

/**
 * The scrambled sequence of `seed` in [0, 1)^dimensions: a point for an index from 0. Beyond 64 dimensions, the
 * number the table holds, coordinates are independent uniform numbers.
 */
export function sobolSequence(
  dimensions: number,
  seed: number,
  purpose = 'sobol',
): (index: number) => Float64Array {
  const tabled = Math.min(dimensions, SOBOL_DIRECTIONS.length + 1);
  const next = randomStream(seed, 0, purpose);
  const seeds = Array.from({ length: tabled }, (_, dimension) =>
    hashWords(Math.floor(next() * 4294967296), dimension),
  );
  return (index) => {
    const point = new Float64Array(dimensions);
    for (let dimension = 0; dimension < tabled; dimension++) {
      const columns = matrix(dimension);
      let word = 0;
      for (let rest = index >>> 0, j = 0; rest !== 0; rest >>>= 1, j++) {
        if (rest & 1) word ^= columns[j]!;
      }
      point[dimension] = (scramble(word >>> 0, seeds[dimension]!) + 0.5) / 4294967296;
    }
    if (dimensions > tabled) {
      const rest = randomStream(seed, index, `${purpose} beyond the table`);
      for (let dimension = tabled; dimension < dimensions; dimension++) point[dimension] = rest();
    }
    return point;
  };
}
