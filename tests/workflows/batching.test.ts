import { expect, test } from 'vitest';
import { batchSize, persistSize } from '../../src/workflows/batching.ts';
import { BATCHES, TARGET_BATCH_MS } from '../../src/workflows/limits.ts';
import { fc } from '../support/properties.ts';

const durations = fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 32 });

test('a batch is one trial while nothing is known of their durations', () => {
  expect(batchSize([], false, 8, BATCHES)).toBe(1);
  expect(persistSize([], 256)).toBe(1);
});

test('a batch has at least one trial, and takes no longer than meant unless it is one', () => {
  fc.assert(
    fc.property(durations, fc.integer({ min: 1, max: 64 }), (known, parallelism) => {
      const size = batchSize(known, false, parallelism, BATCHES);
      const median = known.toSorted((a, b) => a - b)[Math.floor(known.length / 2)] ?? 0;
      expect(size).toBeGreaterThanOrEqual(1);
      expect(size).toBeLessThanOrEqual(BATCHES.most);
      if (size > 1) expect(size * median).toBeLessThanOrEqual(TARGET_BATCH_MS);
    }),
  );
});

test('where results decide on later trials, a batch leaves some for other workers', () => {
  expect(batchSize([0.1], true, 1, BATCHES)).toBe(1);
  expect(batchSize([0.1], true, 16, BATCHES)).toBe(4);
  expect(batchSize([0.1], false, 1, BATCHES)).toBe(BATCHES.most);
});

test('batches in flight have no more trials together than history can take, unless they are small', () => {
  fc.assert(
    fc.property(fc.integer({ min: 1, max: 1_000 }), (parallelism) => {
      const size = batchSize([0.1], false, parallelism, BATCHES);
      if (size > BATCHES.least) expect(size * parallelism).toBeLessThanOrEqual(BATCHES.inFlight);
    }),
  );
  expect(batchSize([0.1], false, 16, BATCHES)).toBe(256);
  expect(batchSize([0.1], false, 32, BATCHES)).toBe(128);
  expect(batchSize([0.1], false, 200, BATCHES)).toBe(64);
});
