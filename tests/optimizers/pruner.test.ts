import { describe, expect, it } from 'vitest';
import { simulate } from '../../bench/pruner/simulate.ts';
import { scenarioPruner } from '../../src/optimizers/pruner.ts';

const mean = (losses: readonly number[]): number =>
  losses.reduce((sum, loss) => sum + loss, 0) / losses.length;

describe('pruning a trial over its scenarios', () => {
  const pruner = scenarioPruner({ maxError: 0.2, aggregate: mean, scenarios: 3 });

  it('keeps every trial while there are too few to judge by', () => {
    const finished = Array.from({ length: 8 }, () => [1, 1, 1]);
    expect(pruner.judge(finished, [1e9]).prune).toBe(false);
    expect(pruner.judge([...finished, [1, 1, 1]], [1e9]).prune).toBe(true);
    expect(pruner.judge([], [1]).prune).toBe(false);
  });

  it('says what the whole trial would have lost, and leaves unfinished trials out of it', () => {
    const finished = [...Array.from({ length: 11 }, (_, i) => [i, i + 3, i + 6]), [5]];
    expect(pruner.judge(finished, [100])).toEqual({ prune: true, expectedLoss: 103 });
    expect(pruner.judge(finished, [0])).toEqual({ prune: false, expectedLoss: 3 });
  });

  it('prunes fewer would-be winners than it was allowed, and spares a good part of the work', () => {
    for (const drift of [0, 0.05]) {
      const { errorRate, spared } = simulate({ maxError: 0.1, scenarios: 4, spread: 2, drift });
      expect(errorRate).toBeLessThan(0.1);
      expect(spared).toBeGreaterThan(0.2);
    }
  });
});
