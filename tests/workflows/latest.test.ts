import { expect, test } from 'vitest';
import { latest } from '../../src/workflows/latest.ts';

test('what was asked for while it was done is done once more, whatever the number of askings', async () => {
  const ends: (() => void)[] = [];
  const ask = latest(() => new Promise((resolve) => ends.push(resolve)));
  const first = ask();
  await Promise.all([ask(), ask()]);
  expect(ends).toHaveLength(1);
  ends[0]?.();
  await expect.poll(() => ends.length).toBe(2);
  ends[1]?.();
  await first;
  expect(ends).toHaveLength(2);
});

test('one that fails says so, and the next asking begins anew', async () => {
  let times = 0;
  const ask = latest(async () => {
    times += 1;
    if (times === 1) throw new Error('down');
  });
  await expect(ask()).rejects.toThrow('down');
  await ask();
  expect(times).toBe(2);
});
