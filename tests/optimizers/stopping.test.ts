import { describe, expect, it } from 'vitest';
import { expectedRegret } from '../../src/optimizers/ask.ts';
import type { FinishedTrial, OptimizerSettings } from '../../src/optimizers/optimizer.ts';
import { patience, stoppingRule } from '../../src/optimizers/stopping.ts';

const trials = (...losses: (number | null)[]): FinishedTrial[] =>
  losses.map((loss, i) => ({
    iteration: i + 1,
    params: { x: i / 100 },
    losses: loss === null ? null : [loss],
    violation: 0,
  }));

describe('stopping a session', () => {
  it('goes on without rules', () => {
    expect(stoppingRule({}, 'maximize')({ finished: trials(1, 2, 3), elapsedMs: 1e9 })).toBeUndefined();
  });

  it('counts patience from the last better trial, in the order of the trials', () => {
    const finished = trials(5, 3, 4, 4, null, 6);
    expect(patience(5)({ finished })).toBeUndefined();
    expect(patience(4)({ finished: finished.toReversed() })).toBe('no better trial in the last 4');
    expect(patience(2)({ finished: trials(null, null, null) })).toBeUndefined();
  });

  it('takes the target in the metric’s own direction', () => {
    const finished = trials(-10, -30, -20);
    expect(stoppingRule({ target: 30 }, 'maximize')({ finished })).toBe('trial 2 reached the target');
    expect(stoppingRule({ target: 31 }, 'maximize')({ finished })).toBeUndefined();
    expect(stoppingRule({ target: -30 }, 'minimize')({ finished })).toBe('trial 2 reached the target');
  });

  it('does not take a trial that breaks its constraints for a good one', () => {
    const finished = trials(5, 4).map((trial) => ({ ...trial, violation: 1 }));
    expect(stoppingRule({ target: 10, patience: 1 }, 'minimize')({ finished })).toBeUndefined();
  });

  it('stops on time and on a small expected regret, and says which came first in the list', () => {
    const rule = stoppingRule({ timeLimitMs: 1000, expectedRegret: 0.5 }, 'minimize');
    expect(rule({ finished: [], elapsedMs: 999, expectedRegret: 0.5 })).toBeUndefined();
    expect(rule({ finished: [], elapsedMs: 999, expectedRegret: 0.4 })).toBe('expects to gain less than 0.5');
    expect(rule({ finished: [], elapsedMs: 1000, expectedRegret: 0.4 })).toBe('the time limit has passed');
    expect(rule({ finished: [] })).toBeUndefined();
  });
});

describe('the expected regret', () => {
  const settings: OptimizerSettings = { method: 'bayesian', seed: 1, gridPoints: 3, sampler: 'sobol' };
  const regretAfter = (xs: readonly number[], scale: number): number | undefined =>
    expectedRegret({
      space: { x: { type: 'float', bounds: [0, 1] } },
      settings,
      iteration: xs.length + 1,
      finished: xs.map((x, i) => ({
        iteration: i + 1,
        params: { x },
        losses: [scale * Math.sin(9 * x + 1)],
        violation: 0,
      })),
      pending: [],
    });
  const coarse = Array.from({ length: 10 }, (_, i) => i / 18);
  const fine = Array.from({ length: 25 }, (_, i) => i / 24);

  it('is large while half of the space is unseen and small when all of it is known', () => {
    expect(regretAfter(coarse, 1)).toBeGreaterThan(0.03);
    expect(regretAfter(fine, 1)).toBeLessThan(0.003);
  });

  it('is in units of the loss, and unknown before there is enough to know it from', () => {
    expect(regretAfter(coarse, 1000)! / regretAfter(coarse, 1)!).toBeCloseTo(1000, 6);
    expect(regretAfter(coarse.slice(0, 9), 1)).toBeUndefined();
  });
});
