import { describe, expect, it } from 'vitest';
import { ask, gridSize } from '../../src/optimizers/ask.ts';
import type { FinishedTrial, OptimizerSettings, PendingTrial } from '../../src/optimizers/optimizer.ts';
import { paramsKey } from '../../src/search-space/params.ts';
import type { Params, SearchSpace } from '../../src/search-space/space.ts';
import { fc } from '../support/properties.ts';
import { faults, searchSpace } from './spaces.ts';

const settings: OptimizerSettings = { method: 'grid', seed: 1, gridPoints: 3, sampler: 'sobol' };

/** Asks until exhausted; `first` are trials enqueued before. */
function walk(space: SearchSpace, first: readonly Params[] = [], gridPoints = 3): Params[] {
  const finished: FinishedTrial[] = first.map((params, i) => ({
    iteration: i + 1,
    params,
    losses: [0],
    violation: 0,
  }));
  const walked: Params[] = [];
  for (let iteration = first.length + 1; iteration < 5000; iteration++) {
    const pending: PendingTrial[] = [];
    const proposal = ask({ space, settings: { ...settings, gridPoints }, iteration, finished, pending });
    if (proposal.kind === 'exhausted') return walked;
    walked.push(proposal.params);
    finished.push({ iteration, params: proposal.params, losses: [0], violation: 0 });
  }
  throw new Error('the grid did not end');
}

describe('grid search', () => {
  it('tries every point once, as many as gridSize says, and then is exhausted', () => {
    fc.assert(
      fc.property(searchSpace({ maxParameters: 5 }), (space) => {
        fc.pre(gridSize(space, 3) <= 400);
        const walked = walk(space);
        expect(walked).toHaveLength(gridSize(space, 3));
        expect(new Set(walked.map((params) => paramsKey(space, params))).size).toBe(walked.length);
        expect(walked.flatMap((params) => faults(space, params))).toEqual([]);
      }),
    );
  });

  it('counts a parameter only where it is active', () => {
    const space: SearchSpace = {
      kind: { type: 'categorical', choices: ['a', 'b', 'c'] },
      a1: { type: 'float', bounds: [0, 1], when: { kind: ['a'] } },
      a2: { type: 'bool', when: { kind: ['a'] } },
      deep: { type: 'int', bounds: [1, 2], when: { a2: [true] } },
      free: { type: 'bool' },
    };
    // a: 3 values of a1 times (a2 off, or on with 2 of deep); b and c: one each; all times free.
    expect(gridSize(space, 3)).toBe((3 * 3 + 2) * 2);
    expect(walk(space)).toHaveLength(22);
  });

  it('takes all values of a step, and evenly spread ones on the scale of the rest', () => {
    const values = (space: SearchSpace) =>
      walk(space)
        .map((params) => params.x)
        .sort((a, b) => Number(a) - Number(b));
    expect(values({ x: { type: 'float', bounds: [0, 1], step: 0.25 } })).toEqual([0, 0.25, 0.5, 0.75, 1]);
    expect(values({ x: { type: 'float', bounds: [0.01, 1], log: true } })).toEqual([0.01, 0.1, 1]);
    expect(values({ x: { type: 'int', bounds: [300000, 2000000] } })).toEqual([300000, 1150000, 2000000]);
    expect(values({ x: { type: 'int', bounds: [1, 2] } })).toEqual([1, 2]);
  });

  it('neither repeats nor leaves out a point because of what was enqueued', () => {
    const space: SearchSpace = { a: { type: 'int', bounds: [1, 3] }, b: { type: 'float', bounds: [0, 1] } };
    const [onGrid] = walk(space).slice(4);
    const walked = walk(space, [{ a: 2, b: 0.123 }, onGrid!, { a: 1, b: 0.9 }]);
    expect(walked).toHaveLength(8);
    expect(new Set([...walked, onGrid!].map((params) => paramsKey(space, params))).size).toBe(9);
  });

  it('shows every value of every parameter among its first points', () => {
    const space: SearchSpace = Object.fromEntries(
      ['a', 'b', 'c', 'd', 'e'].map((name) => [name, { type: 'float', bounds: [0, 1] }]),
    );
    const early = walkSome(space, 12);
    for (const name in space) expect(new Set(early.map((params) => params[name])).size).toBe(3);
  });

  it('counts exactly far beyond what can be listed', () => {
    const space: SearchSpace = Object.fromEntries(
      Array.from({ length: 33 }, (_, i) => [`x${i}`, { type: 'float', bounds: [0, 1] }]),
    );
    expect(gridSize(space, 3)).toBe(3 ** 33);
    expect(new Set(walkSome(space, 50).map((params) => paramsKey(space, params))).size).toBe(50);
  });
});

function walkSome(space: SearchSpace, count: number): Params[] {
  const finished: FinishedTrial[] = [];
  for (let iteration = 1; iteration <= count; iteration++) {
    const proposal = ask({ space, settings, iteration, finished, pending: [] });
    if (proposal.kind === 'exhausted') break;
    finished.push({ iteration, params: proposal.params, losses: [0], violation: 0 });
  }
  return finished.map((trial) => trial.params);
}
