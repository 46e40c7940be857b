import { log, normalQuantile } from '../../search-space/exact-math.ts';
import { sfc32 } from '../../search-space/sfc32.ts';

/** Seeded random numbers for synthetic data: a seed makes the same data on every machine. */

export interface Random {
  /** In (0, 1), never 0 or 1; 53 bits. */
  uniform(): number;
  /** Mean `mean`, > 0. */
  exponential(mean: number): number;
  /** Mean 0, standard deviation 1. */
  normal(): number;
}

/** `stream` keeps the parts of a generator apart: changing one parameter leaves the others' draws as they were. */
export function createRandom(seed: number, stream: string): Random {
  const next = sfc32([seed >>> 0, Math.floor(seed / 0x1_0000_0000) >>> 0, hashText(stream)], 15);

  const uniform = (): number => {
    const high = next() >>> 5;
    const low = next() >>> 6;
    return (high * 67_108_864 + low + 0.5) / 9_007_199_254_740_992;
  };
  return {
    uniform,
    exponential: (mean) => -mean * log(uniform()),
    normal: () => normalQuantile(uniform()),
  };
}

/** FNV-1a, 32 bits. */
function hashText(text: string): number {
  let hash = 0x811c9dc5;
  for (let index = 0; index < text.length; index++) {
    hash = Math.imul(hash ^ text.charCodeAt(index), 0x01000193);
  }
  return hash >>> 0;
}
