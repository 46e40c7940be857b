import { execFileSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { ensureTemporal } from '../../src/embedded/ensure-temporal.ts';
import { homeLayout } from '../../src/embedded/home.ts';
import { isRunning } from '../../src/embedded/process-identity.ts';
import { liveLeases } from '../../src/embedded/server-state.ts';
import { cleanEnvironment, temporaryFolder } from '../support/environment.ts';
import { type ProcessOptions, startProcess, type TestProcess, waitUntil } from '../support/processes.ts';

/** The command on a machine whose own Node is older than the one the code is written for, where this is such a machine. */

const olderNode = (process.env.PATH ?? '')
  .split(':')
  .map((folder) => join(folder, 'node'))
  .find((file) => existsSync(file) && majorOf(file) < 24);

function majorOf(node: string): number {
  return Number.parseInt(execFileSync(node, ['--version'], { encoding: 'utf8' }).slice(1), 10);
}

function start(args: readonly string[], options?: ProcessOptions): TestProcess {
  return startProcess(olderNode ?? '', ['bin/arbtune.js', ...args], options);
}

async function startDev(): Promise<{ readonly command: TestProcess; readonly home: string }> {
  const home = temporaryFolder();
  const command = start(['dev'], { env: cleanEnvironment({ ARBTUNE_HOME: home }) });
  await command.waitFor(/Web UI/);
  return { command, home };
}

describe.skipIf(olderNode === undefined)('on an older Node the command', () => {
  test('runs on its own Node and passes output and exit code through, without warnings of Node', async () => {
    const help = start(['--help']);
    expect(await help.exited).toEqual({ code: 0, signal: null });
    expect(help.stdout()).toContain('Usage: arbtune');
    expect(help.stderr()).toBe('');

    const wrong = start(['strat']);
    expect(await wrong.exited).toEqual({ code: 2, signal: null });
    expect(wrong.stderr()).toContain("unknown command 'strat'");
  });

  test('passes SIGINT on, once, and ends when the command has cleaned up', async () => {
    const { command, home } = await startDev();
    const exit = await command.kill('SIGINT');
    expect(exit.signal).toBeNull();
    expect(existsSync(join(home, 'temporal', 'leases'))).toBe(true);
    expect(command.stderr()).not.toContain('Error');
  });

  test('takes its process along when it is killed', async () => {
    const { command, home } = await startDev();
    const [child, ...others] = liveLeases(homeLayout(home).temporal);
    if (!child) throw new Error('The command holds no lease');
    expect([others, child.pid]).not.toEqual([[], command.pid]);
    await command.kill('SIGKILL');
    await waitUntil(() => !isRunning(child));

    const next = await ensureTemporal({ home, environment: cleanEnvironment(), log: () => {} });
    await next.release({ untilEnded: true });
  });
});
