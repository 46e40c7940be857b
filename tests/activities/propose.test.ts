import { expect, test } from 'vitest';
import { propose } from '../../src/activities/propose.ts';
import type { FinishedTrial } from '../../src/optimizers/optimizer.ts';
import { paramsKey } from '../../src/search-space/params.ts';
import { fc } from '../support/properties.ts';
import { aSpec } from '../workflows/a-spec.ts';

const { space } = aSpec();
const settings = { method: 'bayesian', seed: 3, gridPoints: 3, sampler: 'sobol' } as const;

function finishedTrials(count: number): FinishedTrial[] {
  return Array.from({ length: count }, (_, i) => ({
    iteration: i + 1,
    params: { a: ((i * 7) % 11) / 11, b: (i * 5) % 30 },
    losses: [((i * 3) % 7) - i / 10],
    violation: 0,
  }));
}

test('an ask sees nothing of the trials that its ordering hides: how they ended changes no proposal', () => {
  fc.assert(
    fc.property(
      fc.integer({ min: 1, max: 6 }),
      fc.double({ min: -1e3, max: 1e3, noNaN: true }),
      (window, loss) => {
        const finished = finishedTrials(14);
        const hidden = finished.map((trial) =>
          trial.iteration > 15 - window ? { ...trial, losses: [loss] } : trial,
        );
        const pendingInstead = {
          finished: finished.filter((trial) => trial.iteration <= 15 - window),
          pending: finished
            .filter((trial) => trial.iteration > 15 - window)
            .map(({ iteration, params }) => ({ iteration, params })),
        };
        const input = { space, settings, iterations: [15], window };
        const expected = propose({ ...input, finished, pending: [] });
        expect(propose({ ...input, finished: hidden, pending: [] })).toEqual(expected);
        expect(propose({ ...input, ...pendingInstead })).toEqual(expected);
      },
    ),
    { numRuns: 20 },
  );
});

test('a group of asks proposes what the same asks propose one by one', () => {
  const finished = finishedTrials(12);
  const group = propose({ space, settings, iterations: [13, 14, 15], finished, pending: [], window: 3 });
  const pending: { iteration: number; params: FinishedTrial['params'] }[] = [];
  const single = [13, 14, 15].map((iteration) => {
    const [proposal] = propose({ space, settings, iterations: [iteration], finished, pending, window: 3 });
    if (proposal?.kind !== 'trial') throw new Error('exhausted');
    pending.push({ iteration, params: proposal.params });
    return proposal;
  });
  expect(group).toEqual(single);
});

test('an exhausted grid ends the group', () => {
  const grid = { ...settings, method: 'grid' as const, gridPoints: 2 };
  const proposals = propose({
    ...{
      space: { on: { type: 'bool' } },
      settings: grid,
      iterations: [1, 2, 3, 4],
      finished: [],
      pending: [],
      window: 0,
    },
  });
  expect(proposals.map(({ kind }) => kind)).toEqual(['trial', 'trial', 'exhausted']);
});

test('a search that expects to gain less than is asked for says so instead of proposing', () => {
  const finished = finishedTrials(20);
  const input = { space, settings, iterations: [21], finished, pending: [], window: 1 };
  expect(propose({ ...input, expectedRegret: 1e9 }).map(({ kind }) => kind)).toEqual(['enough']);
  expect(propose({ ...input, expectedRegret: 1e-12 }).map(({ kind }) => kind)).toEqual(['trial']);
});

test('given only what is taken, random and grid propose what they propose when they look at every trial', () => {
  const small = { on: { type: 'bool' as const }, n: { type: 'int' as const, bounds: [0, 5] as const } };
  fc.assert(
    fc.property(
      fc.constantFrom('random' as const, 'grid' as const),
      fc.integer({ min: 0, max: 12 }),
      fc.integer({ min: 1, max: 1_000 }),
      (method, known, seed) => {
        const input = { space: small, settings: { ...settings, method, seed, gridPoints: 6 }, window: 0 };
        const iterations = (from: number, to: number) =>
          Array.from({ length: Math.max(0, to - from + 1) }, (_, i) => from + i);
        const earlier = propose({ ...input, iterations: iterations(1, known), finished: [], pending: [] });
        const finished = earlier.flatMap((step, i) =>
          step.kind === 'trial' ? [{ iteration: i + 1, params: step.params, losses: [i], violation: 0 }] : [],
        );
        const next = { ...input, iterations: iterations(known + 1, 14), pending: [] };
        const taken = new Set(finished.map(({ params }) => paramsKey(small, params)));
        expect(propose({ ...next, finished: [], taken })).toEqual(propose({ ...next, finished }));
      },
    ),
  );
});
