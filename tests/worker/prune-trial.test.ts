import { expect, test } from 'vitest';
import { pruneTrial } from '../../src/worker/prune-trial.ts';

const names = ['calm', 'rough', 'wild'];
const settings = {
  objectives: [{ metric: 'pnl', direction: 'maximize' as const, aggregate: { kind: 'mean' as const } }],
  constraints: [],
  weights: {},
};
const rule = { maxError: 0.2 };
/** Earlier trials that earned 10 to 29 on each scenario. */
const rivals = Array.from({ length: 20 }, (_, i) => [10 + i, 10 + i, 10 + i]);
const shown = (pnl: number) => [{ scenario: 'calm', metrics: { pnl } }];

test('a trial far behind the best is ended, and told as what it would probably have become', () => {
  const pruned = pruneTrial(rule, settings, names, { iteration: 21, params: {}, rivals }, shown(-500));
  expect(pruned).toEqual({ expected: -500, violation: 0 });
});

test('a trial that leads goes on', () => {
  expect(pruneTrial(rule, settings, names, { iteration: 21, params: {}, rivals }, shown(40))).toBeUndefined();
});

test('a trial without rivals, or with all its scenarios measured, is never ended', () => {
  expect(pruneTrial(rule, settings, names, { iteration: 1, params: {} }, shown(-500))).toBeUndefined();
  const whole = names.map((scenario) => ({ scenario, metrics: { pnl: -500 } }));
  expect(pruneTrial(rule, settings, names, { iteration: 21, params: {}, rivals }, whole)).toBeUndefined();
});

test('a minimised objective is judged from its own side', () => {
  const costs = {
    ...settings,
    objectives: [
      {
        ...settings.objectives[0],
        metric: 'pnl',
        direction: 'minimize' as const,
        aggregate: { kind: 'mean' as const },
      },
    ],
  };
  expect(pruneTrial(rule, costs, names, { iteration: 21, params: {}, rivals }, shown(-500))).toBeUndefined();
  expect(pruneTrial(rule, costs, names, { iteration: 21, params: {}, rivals }, shown(500))?.expected).toBe(
    500,
  );
});

test('scenarios of weight 0 show nothing', () => {
  const weighted = { ...settings, weights: { calm: 0 } };
  expect(
    pruneTrial(rule, weighted, names, { iteration: 21, params: {}, rivals }, shown(-500)),
  ).toBeUndefined();
});
