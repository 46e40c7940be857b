import { expect, test } from 'vitest';
import { differences, type ReplayedTrial } from '../../src/client/replay-trial.ts';
import type { TrialRecord } from '../../src/store/trial-record.ts';

const scenario = (name: string, pnl: number) => ({ scenario: name, metrics: { pnl } });

const replayed = {
  score: { metrics: { pnl: 15 }, objectives: [15], violation: 2 },
  scenarios: [scenario('calm', 10), scenario('rough', 20)].map((one) => ({
    ...one,
    ...{ trades: [], fills: [], equity: [], trips: [], journal: [] },
  })),
} as unknown as ReplayedTrial;

const whole: TrialRecord = {
  ...{ session_id: 's', worker_id: 'a', iteration: 1, status: 'completed', timestamp: '' },
  ...{ params: {}, metrics: { pnl: 15 }, objective: 15, violation: 2, data_hash: '' },
  ...{ scenario_metrics: [scenario('calm', 10), scenario('rough', 20)], duration_ms: 1, attempt: 1 },
};

test('a trial that repeats to the last digit differs in nothing', () => {
  expect(differences(whole, replayed)).toEqual([]);
});

test.each<[string, Partial<TrialRecord>, string]>([
  ['objective', { objective: 16 }, 'objective 16 recorded, 15 replayed'],
  ['violation', { violation: 0 }, 'violation 0 recorded, 2 replayed'],
  ['metric', { metrics: { pnl: 14 } }, 'pnl 14 recorded, 15 replayed'],
  [
    'metric on a scenario',
    { scenario_metrics: [scenario('calm', 10), scenario('rough', 21)] },
    'rough: pnl 21 recorded, 20 replayed',
  ],
  [
    'scenario that it lacks',
    { scenario_metrics: [scenario('calm', 10)] },
    'rough: pnl undefined recorded, 20 replayed',
  ],
])('a difference in its %s is told', (_, changed, says) => {
  expect(differences({ ...whole, ...changed }, replayed)).toEqual([says]);
});

test('of a pruned trial the scenarios that it got to are compared', () => {
  const pruned: TrialRecord = { ...whole, status: 'pruned', metrics: {}, objective: 99, violation: 0 };
  const upTo = (pnl: number) => ({ ...pruned, scenario_metrics: [scenario('calm', pnl)] });
  expect(differences(upTo(10), replayed)).toEqual([]);
  expect(differences(upTo(11), replayed)).toEqual(['calm: pnl 11 recorded, 10 replayed']);
});
