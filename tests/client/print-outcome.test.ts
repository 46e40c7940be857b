import { expect, test } from 'vitest';
import type { Output } from '../../src/client/cli/output.ts';
import { printOutcome } from '../../src/client/cli/print-outcome.ts';
import type { SessionOutcome } from '../../src/client/run-session.ts';

function lastLine(counts: Pick<SessionOutcome, 'completed' | 'pruned' | 'failed'>): string | undefined {
  const lines: string[] = [];
  const output = { log: (_, message) => lines.push(message), json: () => {} } as Partial<Output> as Output;
  const outcome = { session_id: 'mine', status: 'completed', records: [], objectives: [], ...counts };
  printOutcome(outcome as Partial<SessionOutcome> as SessionOutcome, true, output);
  return lines.at(-1);
}

test('the last word on a session accounts for every trial, the pruned ones too', () => {
  expect(lastLine({ completed: 48, pruned: 11, failed: 1 })).toBe(
    'session mine completed: 48 completed, 11 pruned, 1 failed',
  );
  expect(lastLine({ completed: 59, pruned: 0, failed: 1 })).toBe(
    'session mine completed: 59 completed, 1 failed',
  );
});
