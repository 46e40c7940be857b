import { describe, expect, it } from 'vitest';
import { ask } from '../../src/optimizers/ask.ts';
import type { FinishedTrial } from '../../src/optimizers/optimizer.ts';
import { encode } from '../../src/search-space/params.ts';
import type { SearchSpace } from '../../src/search-space/space.ts';

/** A change of these values means that sessions begun before it go on with other trials than they would have had. */

const SPACE: SearchSpace = {
  x: { type: 'float', bounds: [-1, 3] },
  size: { type: 'float', bounds: [10, 10000], log: true },
  n: { type: 'int', bounds: [1, 40] },
  mode: { type: 'categorical', choices: ['a', 'b'] },
  lag: { type: 'float', bounds: [0, 1], when: { mode: ['b'] } },
};

describe('a proposal', () => {
  it.each([
    [
      'random',
      40,
      { x: 2.5366525850258768, size: 18.829249227238975, n: 14, mode: 'b', lag: 0.11138520401436836 },
    ],
    ['bayesian', 44, { x: 0.19861924551524823, size: 79.93503818841522, n: 12, mode: 'a' }],
  ] as const)('of %s search has the same bits on every machine', (method, trials, expected) => {
    const finished: FinishedTrial[] = [];
    for (let iteration = 1; iteration <= trials; iteration++) {
      const proposal = ask({
        space: SPACE,
        settings: { method, seed: 42, gridPoints: 3, sampler: 'sobol' },
        iteration,
        finished,
        pending: [],
      });
      if (proposal.kind === 'exhausted') throw new Error('exhausted');
      // Products and sums alone: no function of the engine's own comes in.
      const loss = encode(SPACE, proposal.params).reduce(
        (sum, u) => sum + (u - 0.3) * (u - 0.3) * (1 + u),
        0,
      );
      finished.push({ iteration, params: proposal.params, losses: [loss], violation: 0 });
    }
    expect(finished.at(-1)?.params).toEqual(expected);
  });
});
