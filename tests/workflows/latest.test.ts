import { expect, test } from 'vitest';
import { Latest } from '../../src/workflows/latest.ts';
import { waitUntil } from '../support/processes.ts';

test('what was asked for while it was done is done once more, whatever the number of askings', async () => {
  const ends: (() => void)[] = [];
  const latest = new Latest(() => new Promise((resolve) => ends.push(resolve)), String);
  for (let i = 0; i < 3; i++) latest.ask();
  expect(ends).toHaveLength(1);
  const { underWay } = latest;
  ends[0]?.();
  await waitUntil(() => ends.length === 2);
  ends[1]?.();
  await underWay;
  expect(ends).toHaveLength(2);
  expect(latest.underWay).toBeUndefined();
});

test('one that fails says so, and the next asking begins anew', async () => {
  const failures: unknown[] = [];
  let times = 0;
  const latest = new Latest(
    async () => {
      times += 1;
      if (times === 1) throw new Error('down');
    },
    (error) => failures.push(error),
  );
  latest.ask();
  await latest.underWay;
  latest.ask();
  await latest.underWay;
  expect(failures).toEqual([new Error('down')]);
  expect(times).toBe(2);
});
