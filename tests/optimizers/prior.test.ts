import { describe, expect, test } from 'vitest';
import { propose } from '../../src/activities/propose.ts';
import { ask } from '../../src/optimizers/ask.ts';
import type { AskInput, FinishedTrial } from '../../src/optimizers/optimizer.ts';
import { paramsKey } from '../../src/search-space/params.ts';
import type { SearchSpace } from '../../src/search-space/space.ts';

/** Trials of earlier sessions, as bayesian search knows them: numbered 0 and below. */

const space: SearchSpace = {
  a: { type: 'int', bounds: [0, 5] },
  b: { type: 'int', bounds: [0, 5] },
};
const settings = { method: 'bayesian', seed: 3, gridPoints: 3, sampler: 'sobol' } as const;

const loss = (a: number, b: number) => (a - 3) ** 2 + (b - 2) ** 2;

function earlier(points: readonly (readonly [number, number])[]): FinishedTrial[] {
  return points.map(([a, b], i) => ({
    iteration: i + 1 - points.length,
    params: { a, b },
    losses: [loss(a, b)],
    violation: 0,
  }));
}

const PRIOR = earlier([...([0, 1, 2, 4, 5] as const).flatMap((a) => [[a, a] as const, [a, 5 - a] as const])]);
const input: AskInput = { space, settings, iteration: 1, finished: PRIOR, pending: [] };

describe('an ask that knows earlier trials', () => {
  test('models them from the first trial on, instead of a design', () => {
    const answer = ask(input);
    expect(answer).toMatchObject({ kind: 'trial', reason: expect.not.stringContaining('design') });
    expect(ask({ ...input, finished: [] })).toMatchObject({ reason: 'initial design of 6' });
  });

  test('gives the same answer in whatever order they come', () => {
    expect(ask({ ...input, finished: PRIOR.toReversed() })).toEqual(ask(input));
  });

  test('proposes none of them again, to the last point of the space', () => {
    const tried = new Set(PRIOR.map(({ params }) => paramsKey(space, params)));
    const finished = [...PRIOR];
    for (let iteration = 1; ; iteration++) {
      const answer = ask({ ...input, iteration, finished });
      if (answer.kind === 'exhausted') break;
      expect(tried).not.toContain(paramsKey(space, answer.params));
      tried.add(paramsKey(space, answer.params));
      const { a, b } = answer.params as { a: number; b: number };
      finished.push({ iteration, params: answer.params, losses: [loss(a, b)], violation: 0 });
    }
    expect(tried.size).toBe(36);
  });

  test('sees them whatever its ordering hides', () => {
    const group = { space, settings, prior: PRIOR, iterations: [1, 2, 3], finished: [], pending: [] };
    const [first, ...others] = propose({ ...group, window: 8 });
    expect(first).toEqual(ask(input));
    for (const step of others)
      expect(step).toMatchObject({ kind: 'trial', reason: expect.not.stringContaining('design') });
  });
});
