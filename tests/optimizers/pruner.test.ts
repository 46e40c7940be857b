import { describe, expect, it } from 'vitest';
import { scenarioPruner } from '../../src/optimizers/pruner.ts';
import { normalQuantile } from '../../src/search-space/exact-math.ts';
import { randomStream } from '../../src/search-space/random-stream.ts';

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

  /** Sessions of trials whose scenarios share a part of their loss; what the pruner gets wrong and what it saves. */
  function measured(maxError: number, drift: number) {
    const scenarios = 4;
    const judge = scenarioPruner({ maxError, aggregate: mean, scenarios });
    let best = 0;
    let wrong = 0;
    let spared = 0;
    let all = 0;
    for (let session = 0; session < 200; session++) {
      const next = randomStream(session, 1, 'pruner');
      const normal = () => normalQuantile(1e-9 + next() * (1 - 2e-9));
      const finished: number[][] = [];
      for (let trial = 0; trial < 100; trial++) {
        const level = 2 * normal() - drift * trial;
        const losses = Array.from({ length: scenarios }, (_, k) => level + k + normal());
        const wouldWin = finished.length > 0 && mean(losses) < Math.min(...finished.map(mean));
        let shown = 1;
        while (shown < scenarios && !judge.judge(finished, losses.slice(0, shown)).prune) shown++;
        if (wouldWin) best++;
        if (wouldWin && shown < scenarios) wrong++;
        all += scenarios;
        spared += scenarios - shown;
        if (shown === scenarios) finished.push(losses);
      }
    }
    return { errorRate: wrong / best, spared: spared / all };
  }

  it('prunes fewer would-be winners than it was allowed, and spares a good part of the work', () => {
    for (const drift of [0, 0.05]) {
      const { errorRate, spared } = measured(0.1, drift);
      expect(errorRate).toBeLessThan(0.1);
      expect(spared).toBeGreaterThan(0.2);
    }
  });
});
