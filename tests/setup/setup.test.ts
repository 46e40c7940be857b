import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { exclusively } from '../../src/embedded/pid-lock.mjs';
import { temporaryFolder } from '../support/environment.ts';
import { startProcess } from '../support/processes.ts';

test('set-up says and does nothing when nothing is missing', async () => {
  const setUp = async () => {
    const process_ = startProcess(process.execPath, ['scripts/setup.mjs', '--test']);
    const exit = await process_.exited;
    return { exit, output: process_.stdout() + process_.stderr() };
  };
  await setUp(); // A source may have changed since the bundle was built.
  expect(await setUp()).toEqual({ exit: { code: 0, signal: null }, output: '' });
});

test('the lock of a process that is gone is taken over, that of a living one waited for', async () => {
  const file = join(temporaryFolder(), 'setup.lock');
  const gone = startProcess(process.execPath, ['--version']);
  await gone.exited;
  writeFileSync(file, String(gone.pid));
  const waitedFor: number[] = [];
  const visit = (name: string, steps: string[]) =>
    exclusively(
      file,
      async () => {
        steps.push(`${name} in`);
        await new Promise((resolve) => setImmediate(resolve));
        steps.push(`${name} out`);
      },
      (pid) => waitedFor.push(pid),
    );
  const steps: string[] = [];
  await Promise.all([visit('a', steps), visit('b', steps)]);

  expect(steps).toEqual(['a in', 'a out', 'b in', 'b out']);
  expect(waitedFor).toEqual([process.pid]);
  expect(existsSync(file)).toBe(false);
});
