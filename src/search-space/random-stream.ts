import { normalQuantile } from './exact-math.ts';
import { sfc32 } from './sfc32.ts';

/** Seeded random numbers: a stream is a function of (seed, iteration, purpose) and of nothing else. */

/** Each call gives the next number, uniform in [0, 1) with 53 bits. */
export type RandomStream = () => number;

/** A well-mixed 32-bit hash of 32-bit words (the finaliser of MurmurHash3 after each). */
export function hashWords(...words: readonly number[]): number {
  let h = 0x9e3779b9;
  for (const word of words) {
    h ^= word;
    h = Math.imul(h ^ (h >>> 16), 0x85ebca6b);
    h = Math.imul(h ^ (h >>> 13), 0xc2b2ae35);
    h = (h ^ (h >>> 16)) + 0x9e3779b9;
  }
  return h >>> 0;
}

export function hashText(text: string): number {
  let h = text.length;
  for (let i = 0; i < text.length; i++) h = hashWords(h, text.charCodeAt(i));
  return h;
}

/** `seed` and `iteration` are integers in 0 .. 2^53 - 1. */
export function randomStream(seed: number, iteration: number, purpose: string): RandomStream {
  const words = [seed, seed / 4294967296, iteration, iteration / 4294967296, hashText(purpose)];
  const next32 = sfc32([hashWords(1, ...words), hashWords(2, ...words), hashWords(3, ...words)], 12);
  return () => ((next32() >>> 5) * 67108864 + (next32() >>> 6)) / 9007199254740992;
}

/** A standard normal number, cut off at 4.8 standard deviations. */
export const normal = (next: RandomStream): number => normalQuantile(1e-6 + next() * (1 - 2e-6));
