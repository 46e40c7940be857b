import { expect, test } from 'vitest';
import { unmetOutcomes } from '../../src/analysis/expected-outcomes.ts';

const scenario = {
  name: 'guarded',
  expected_outcomes: { min_trades: 2, min_pnl: 0, circuit_breaker_triggered: true, safety_violations: 1 },
};

test('what came true is not mentioned', () => {
  const metrics = { trades: 2, pnl: 0, breaker_trips: 1, safety_violations: 1 };
  expect(unmetOutcomes([scenario], [{ scenario: 'guarded', metrics }])).toEqual([]);
});

test('what did not come true says what was expected and what was found', () => {
  const metrics = { trades: 1, pnl: -5, breaker_trips: 0, safety_violations: 2 };
  expect(unmetOutcomes([scenario], [{ scenario: 'guarded', metrics }]).map(({ text }) => text)).toEqual([
    'min_trades: expected at least 2, got 1',
    'min_pnl: expected at least 0, got -5',
    'circuit_breaker_triggered: expected true, got 0 trips',
    'safety_violations: expected at most 1, got 2',
  ]);
});

test('a breaker that was not expected is told too, and a scenario that was not measured is not', () => {
  const calm = { name: 'calm', expected_outcomes: { circuit_breaker_triggered: false } };
  const measured = [{ scenario: 'calm', metrics: { trades: 1, breaker_trips: 3 } }];
  expect(unmetOutcomes([calm, scenario], measured)).toEqual([
    { scenario: 'calm', text: 'circuit_breaker_triggered: expected false, got 3 trips' },
  ]);
});
