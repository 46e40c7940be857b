import { expect, test } from 'vitest';
import {
  batchSummary,
  iterationRanges,
  shortValue,
  specDetails,
  specSummary,
  statusDetails,
} from '../../src/workflows/details.ts';
import type { SessionStatus } from '../../src/workflows/messages.ts';
import { aSpec } from './a-spec.ts';

test('a value is short but tells neighbours apart', () => {
  expect([shortValue(0.123456), shortValue(1234567), shortValue('maker'), shortValue(true)]).toEqual([
    '0.1235',
    '1234567',
    'maker',
    'true',
  ]);
});

test('a value of money is told to the unit', () => {
  expect([14_567.73, -1_234_567.5, 999.96, 0.5, -0.123456].map(shortValue)).toEqual([
    '14568',
    '-1234567',
    '1000',
    '0.5',
    '-0.1235',
  ]);
});

test('iterations read as ranges', () => {
  expect(iterationRanges([7, 1, 2, 3, 10, 9])).toBe('1-3, 7, 9-10');
  expect(iterationRanges([])).toBe('');
});

test('a batch is named by its trials and the first one’s params', () => {
  const trials = [17, 18].map((iteration) => ({ iteration, params: { min_spread_pct: 0.21 } }));
  expect(batchSummary(trials)).toBe('trials 17-18 · min_spread_pct 0.21');
  expect(batchSummary(trials.toReversed())).toBe(batchSummary(trials));
  expect(batchSummary(trials.slice(0, 1))).toBe('trial 17 · min_spread_pct 0.21');
});

const STATUS: SessionStatus = {
  ...{ session_id: 's', status: 'running', optimizer: 'grid', objective: 'mean pnl, maximized' },
  ...{ parallelism: 2, iterations: 9, proposed: 5, completed: 3, pruned: 0, failed: 1, persisted: 4 },
  started_at: '2026-01-01T00:00:00.000Z',
  running: [{ iterations: [5, 6], since: '2026-01-01T00:00:01.000Z' }],
  workers: { main: 3, b: 1 },
  best: { iteration: 2, params: { a: 0.5 }, objective: 7 },
};

test('the details tell progress, the best, what runs and who measured', () => {
  const details = statusDetails(STATUS);
  for (const told of [
    '4 of 9 trials, 1 failed',
    'Best: trial 2',
    'mean pnl, maximized: **7** with a 0.5',
    'Running: 5-6',
    'main (3), b (1)',
  ]) {
    expect(details).toContain(told);
  }
});

test('the details of a later run tell also what is searched, which Temporal shows beside the first run alone', () => {
  const spec = aSpec();
  const details = statusDetails(STATUS, spec);
  for (const told of ['4 of 9 trials', specSummary(spec), specDetails(spec)]) expect(details).toContain(told);
});
