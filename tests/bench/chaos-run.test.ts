import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { startScript } from '../support/processes.ts';

const COMMAND = join(import.meta.dirname, '../../bench/chaos/main.ts');

test('the chaos command breaks a real session, tells each step with its seed, and prints what became of it', {
  timeout: 480_000,
}, async () => {
  const args = [
    '--matrix',
    '--stack',
    'embedded',
    '--faults',
    'worker-killed',
    '--trials',
    '40',
    '--seed',
    // Strikes early, so that a slow machine strikes as well.
    '8',
  ];
  const chaos = startScript(COMMAND, args);
  // SIGTERM: it takes its servers and workers with it.
  onTestFinished(() => chaos.kill('SIGTERM').then(() => {}));
  expect(await chaos.exited, chaos.stderr()).toMatchObject({ code: 0 });
  expect(chaos.stderr()).toMatch(/seed 8: a machine with the embedded stack and 2 workers/);
  expect(chaos.stderr()).toMatch(/worker-killed after \d+ trials \(wanted \d+\)/);
  expect(chaos.stdout()).toMatch(
    /^\| one worker killed \(SIGKILL\), a new one started \| 1 \| 0 \| 0 \| 0 \| [\d.]+ \| [\d.]+ \|$/m,
  );
  expect(chaos.stdout()).toContain('Every session is as undisturbed.');
});
