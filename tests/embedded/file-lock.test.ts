import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { withFileLock } from '../../src/embedded/file-lock.ts';
import { temporaryFolder } from '../support/environment.ts';
import { startScript } from '../support/processes.ts';

test('the lock lets one in at a time, in this process as well', async () => {
  const file = join(temporaryFolder(), 'lock.sqlite');
  const steps: string[] = [];
  const visit = (name: string) =>
    withFileLock(file, async () => {
      steps.push(`${name} in`);
      for (let turn = 0; turn < 20; turn += 1) await new Promise((resolve) => setImmediate(resolve));
      steps.push(`${name} out`);
    });
  await Promise.all(['a', 'b', 'c'].map(visit));

  expect(steps).toHaveLength(6);
  for (const at of [0, 2, 4]) expect(steps[at + 1]).toBe(steps[at]?.replace('in', 'out'));
});

test('the lock is free again after an error, which is passed on', async () => {
  const file = join(temporaryFolder(), 'lock.sqlite');
  const failing = withFileLock(file, () => Promise.reject(new Error('work failed')));
  await expect(failing).rejects.toThrow('work failed');
  expect(await withFileLock(file, async () => 'in')).toBe('in');
});

test('the lock of another process keeps us out until that process is killed', async () => {
  const file = join(temporaryFolder(), 'lock.sqlite');
  const holder = startScript('tests/embedded/fixtures/hold-lock.ts', [file]);
  onTestFinished(async () => {
    await holder.kill();
  });
  await holder.waitFor(/^locked$/m);
  let entered = false;
  const waiting = withFileLock(file, async () => {
    entered = true;
  });
  await expect(withFileLock(file, async () => {}, { giveUpAfterMs: 200 })).rejects.toMatchObject({
    kind: 'unreachable',
    message: expect.stringContaining(file),
  });
  expect(entered).toBe(false);

  await holder.kill('SIGKILL');
  await waiting;
  expect(entered).toBe(true);
});
