import { expect, test } from 'vitest';
import { textWidth } from '../../src/analysis/table.ts';
import { listText } from '../../src/client/cli/commands/list.ts';
import type { ListedSession } from '../../src/client/list-sessions.ts';

const sessions: ListedSession[] = [
  {
    ...{ session_id: '43fd8165-130c-4ae9-af5c-ed4ab8a52984', status: 'completed', optimizer: 'bayesian' },
    ...{ iterations: 10_000, trials: 9_999, failed: 12, best: 1_234_567.25 },
    ...{ started_at: '2026-01-02T03:04:05.678Z', in: ['temporal', 'store'] },
  },
  {
    ...{ session_id: 'mine', status: 'terminated', started_at: '2026-01-01T00:00:00.000Z' },
    in: ['temporal'],
  },
];

test('sessions are a table where it fits, and else two lines each that do', () => {
  expect(listText(sessions, 200)).toContain(
    '│ 43fd8165-130c-4ae9-af5c-ed4ab8a52984 │ completed  │ bayesian  │',
  );
  const narrow = listText(sessions, 80);
  expect(textWidth(narrow)).toBeLessThanOrEqual(80);
  expect(narrow.split('\n')).toEqual([
    '43fd8165-130c-4ae9-af5c-ed4ab8a52984, started 2026-01-02T03:04:05.678Z',
    '   completed, bayesian, trials 9999/10000, failed 12, best 1,234,567',
    'mine, started 2026-01-01T00:00:00.000Z',
    '   terminated',
  ]);
});
