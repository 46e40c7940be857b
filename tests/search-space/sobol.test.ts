import { describe, expect, it } from 'vitest';
import { randomStream } from '../../src/search-space/random-stream.ts';
import { sobolSequence } from '../../src/search-space/sobol.ts';

describe('the scrambled Sobol sequence', () => {
  it('puts one of every 2^k aligned points in each of 2^k slices of every dimension', () => {
    const point = sobolSequence(64, 7);
    for (const k of [1, 3, 5]) {
      const n = 2 ** k;
      for (let dimension = 0; dimension < 64; dimension++) {
        const slices = new Set<number>();
        for (let i = 0; i < n; i++) slices.add(Math.floor(point(n + i)[dimension]! * n));
        expect(slices.size).toBe(n);
      }
    }
  });

  it('puts one of every 16 points in each cell of a 4 x 4 board of its first two dimensions', () => {
    const point = sobolSequence(2, 3);
    const cells = new Set<number>();
    for (let i = 0; i < 16; i++) {
      const [x, y] = point(i);
      cells.add(Math.floor(x! * 4) * 4 + Math.floor(y! * 4));
    }
    expect(cells.size).toBe(16);
  });

  it('depends on the seed and goes on beyond its table of dimensions', () => {
    expect(sobolSequence(3, 1)(0)).not.toEqual(sobolSequence(3, 2)(0));
    const wide = sobolSequence(80, 1)(5);
    expect(wide).toHaveLength(80);
    expect(wide.every((u) => u >= 0 && u < 1)).toBe(true);
    expect(new Set(wide).size).toBe(80);
  });
});

describe('a random stream', () => {
  it('is a function of seed, iteration and purpose, each of which matters to its last bit', () => {
    const first = (seed: number, iteration: number, purpose: string) =>
      randomStream(seed, iteration, purpose)();
    expect(first(42, 7, 'a')).toBe(first(42, 7, 'a'));
    const others = [
      first(42, 7, 'a'),
      first(43, 7, 'a'),
      first(42, 8, 'a'),
      first(42, 7, 'b'),
      first(42 + 2 ** 40, 7, 'a'),
      first(2 ** 53 - 1, 7, 'a'),
    ];
    expect(new Set(others).size).toBe(others.length);
  });

  it('is uniform: each tenth gets its share of 100,000 numbers', () => {
    const next = randomStream(1, 1, 'uniform');
    const counts = new Array<number>(10).fill(0);
    for (let i = 0; i < 100_000; i++) counts[Math.floor(next() * 10)]!++;
    // Five standard deviations of a binomial count of mean 10,000.
    for (const count of counts) expect(Math.abs(count - 10_000)).toBeLessThan(475);
  });
});
