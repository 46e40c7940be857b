import { setTimeout as delay } from 'node:timers/promises';
import { QueryNotRegisteredError } from '@temporalio/client';
import { expect, test } from 'vitest';
import { askAgain } from '../../src/workflows/ask-again.ts';
import { STICKY_TIMEOUT_MS } from '../../src/workflows/limits.ts';
import { NOT_YET } from '../../src/workflows/whole-tasks.ts';

const INVALID_ARGUMENT = 3;
/** Longer than any process is held up. */
const PATIENT_MS = 60_000;
const refused = (message = NOT_YET) => new QueryNotRegisteredError(message, INVALID_ARGUMENT);

/** Asks a session that fails with each of the reasons in turn, then answers. */
async function ask(withinMs: number, ...reasons: readonly Error[]): Promise<string> {
  const client = { withDeadline: <T>(_deadline: number | Date, question: () => Promise<T>) => question() };
  const left = [...reasons];
  return await askAgain(client, withinMs, async () => {
    const reason = left.shift();
    if (reason) throw reason;
    return 'answer';
  });
}

test('a question that was refused between two tasks is asked again, encrypted or not', async () => {
  expect(await ask(PATIENT_MS, refused(), refused('Encoded failure'), refused())).toBe('answer');
});

test('one that a dead worker holds is asked again before another could get it', async () => {
  const given: number[] = [];
  const client = {
    async withDeadline<T>(deadline: number | Date, question: () => Promise<T>): Promise<T> {
      const ms = Number(deadline) - Date.now();
      given.push(ms);
      if (given.length > 1) return await question();
      await delay(ms);
      throw new Error('deadline exceeded');
    },
  };
  expect(await askAgain(client, PATIENT_MS, async () => 'answer')).toBe('answer');
  expect(given).toHaveLength(2);
  expect(given[0]).toBeLessThan(STICKY_TIMEOUT_MS);
});

test('what else goes wrong is said at once, and in the end also why it was refused', async () => {
  // Again and again: a reason that came late is not believed at first.
  const unknown = Array.from({ length: 9 }, () => new Error('no such session'));
  await expect(ask(PATIENT_MS, ...unknown)).rejects.toThrow('no such session');
  await expect(ask(300, refused(), refused(), refused(), refused())).rejects.toThrow(NOT_YET);
});
