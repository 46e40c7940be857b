import { spawnSync } from 'node:child_process';
import { chmodSync, existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { describe, expect, test } from 'vitest';
import { pollersOf } from '../../../src/client/worker-slots.ts';
import { taskQueueOf } from '../../../src/workflows/names.ts';
import { startProcess, waitUntil } from '../../support/processes.ts';
import { NOBODYS_PORT } from '../../support/redis-server.ts';
import { quickConfig, slowConfig } from '../support/configs.ts';
import { readCsv } from '../support/figures.ts';
import { offline } from '../support/refusals.ts';
import { BASELINE, checkout, type Sandbox, sandbox } from '../support/sandbox.ts';

/** Orders that a session, or the state of the machine, does not allow: who asks is told why, and what would be right. */

/** Runs a command that is refused, and returns what it says. */
async function refused(machine: Sandbox, args: readonly string[], exitCode: number): Promise<string> {
  const { code, stdout, stderr } = await machine.run(args);
  expect({ code, stdout }, `${args.join(' ')}\n${stderr}`).toEqual({ code: exitCode, stdout: '' });
  expect(stderr).not.toMatch(/^\s+at /m);
  return stderr;
}

describe('a session id', () => {
  test('that nobody knows is answered with similar ones; one that has ended is not started again', {
    timeout: 300_000,
  }, async () => {
    const machine = sandbox();
    const config = ['--config', quickConfig(machine.folder, { method: 'random' })];
    const csv = join(machine.folder, 'out.csv');
    writeFileSync(csv, 'session_id,worker_id\n');
    const named = [...config, '--iterations', '2', '--session-id', 'arb-1', '--output-csv', 'out.csv'];
    await machine.json(['run', ...named]);

    const orders = ['status', 'watch', 'pause', 'extend --iterations 3', 'resume', 'repair'];
    const reads = ['export --out x.jsonl --session-id', 'summary --session-id'];
    const answers = [...orders, ...reads].map((order) => refused(machine, [...order.split(' '), 'arb1'], 3));
    for (const said of await Promise.all(answers)) {
      expect(said).toMatch(/^No session "arb1" in .+; similar: arb-1$/m);
    }
    expect(await refused(machine, ['status', 'nothing-like-it'], 3)).toContain('; the latest: arb-1');

    const again = await refused(machine, ['start', ...named], 4);
    expect(again).toMatch(
      /Session "arb-1" is there and has ended \(completed \d{4}-\S+Z\); go on with it by `arbtune resume arb-1` or `arbtune run --session-id arb-1`, or take another id/,
    );
    expect(existsSync(join(machine.folder, 'x.jsonl'))).toBe(false);

    // Results are replaced without a word, what arbtune has not written only when told to.
    const longer = await machine.json<{ iterations: number }>(['run', ...named]);
    expect(longer.iterations).toBe(4);
    expect(readCsv(csv)).toHaveLength(4);
    writeFileSync(csv, 'mine\n');
    const out = ['export', '--session-id', 'arb-1', '--out', 'out.csv'];
    await refused(machine, out, 2);
    expect(readFileSync(csv, 'utf8')).toBe('mine\n');
    expect(await machine.run([...out, '--force'])).toMatchObject({ code: 0 });
    expect(readCsv(csv)).toHaveLength(4);
  });

  test('of a cancelled session takes no more orders', async () => {
    const machine = sandbox();
    await machine.worker('only', ['--concurrency', '2']);
    const client = await machine.client();
    const queue = taskQueueOf({ env: machine.name, mode: 'paper' });
    await waitUntil(async () => (await pollersOf({ client }, queue, 'activity')).length > 0);
    const config = slowConfig(machine.folder, { method: 'random' });
    const started = await machine.run([
      ...['start', '--config', config, '--session-id', 'gone', '--iterations', '40000', '--workers', '64'],
    ]);
    const few =
      'warning: only 2 worker slots poll for 64 trials in flight (--workers): effective parallelism 2';
    expect(started, started.stderr).toMatchObject({ code: 0, stdout: 'gone\n' });
    expect(started.stderr).toContain(few);
    await waitUntil(async () => (await client.status('gone')).completed > 0);
    expect((await machine.run(['status', 'gone'])).stdout).toContain(few);

    await machine.json(['cancel', 'gone']);
    await expect(client.wait('gone')).rejects.toThrow(/was cancelled/);
    expect(await refused(machine, ['extend', 'gone', '--iterations', '3'], 4)).toContain(
      'Session "gone" has ended (cancelled) and takes no more orders; go on with it by `arbtune resume gone`',
    );
  });
});

/** As somebody who may not write everywhere, where the tests themselves may. */
const stranger =
  process.getuid?.() === 0 ? ['setpriv', '--reuid=65534', '--regid=65534', '--clear-groups'] : [];
const command = [...stranger, process.execPath, join(checkout, 'bin/arbtune.js')];
const [program = '', ...words] = command;

test.skipIf(spawnSync(program, [...words, '--help']).status !== 0)(
  'a folder that may not be written to is found before the session, not after it',
  async () => {
    const { folder, home } = offline();
    const config = quickConfig(folder);
    chmodSync(folder, 0o555);
    const flags = ['run', '--config', config, '--output-csv', join(folder, 'new', 'out.csv')];
    const { ARBTUNE_HOME: _, ...rest } = process.env as Record<string, string>;
    const run = startProcess(program, [...words, ...flags], {
      cwd: folder,
      env: { ...rest, ARBTUNE_HOME: home },
    });
    expect(await run.exited, run.stderr()).toMatchObject({ code: 2 });
    expect(run.stderr()).toContain(
      `--output-csv: error BAD_VALUE: ${folder}/new/out.csv cannot be written: no permission (EACCES). Name another file.`,
    );
    expect(existsSync(home)).toBe(false);
    chmodSync(folder, 0o755);
  },
);

test.each([
  ['a file', 'file'],
  ['below a file', 'file/home'],
  ['where the system has no folders', '/proc/home'],
])('a home that cannot be a folder: %s', async (_where, place) => {
  const machine = offline();
  writeFileSync(join(machine.folder, 'file'), '');
  const ARBTUNE_HOME = resolve(machine.folder, place);
  for (const args of [['list'], ['watch', 'mine'], ['run', '--config', BASELINE]]) {
    const { code, stdout, stderr } = await machine.run(args, { ARBTUNE_HOME });
    expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: '' });
    expect(stderr).toMatch(
      /^The folder \S+ cannot be made \(.*\); set ARBTUNE_HOME to a folder of your own\n$/,
    );
  }
});

describe('a service', () => {
  test('a password on the command line is warned of, and shown nowhere', async () => {
    const machine = sandbox();
    const port = NOBODYS_PORT;
    const redis = `redis://:canary-secret@127.0.0.1:${port}`;
    const said = await refused(machine, ['list', '--redis', redis], 5);
    expect(said).toContain(
      `warning: the password in --redis redis://***@127.0.0.1:${port} is visible to every user of this machine (ps); put the address into REDIS_URL`,
    );
    expect(said).toContain(`Redis at redis://***@127.0.0.1:${port} is out of reach`);
    expect(said).not.toContain('canary-secret');
    expect(existsSync(join(machine.home, 'arbtune.sqlite'))).toBe(false);
    const plain = await refused(machine, ['list', '--redis', `redis://127.0.0.1:${port}`], 5);
    expect(plain).not.toContain('warning');
  });

  test('a Temporal service that does not answer: told within ten seconds, and no other one is started', async () => {
    const machine = offline();
    const address = `127.0.0.1:${NOBODYS_PORT}`;
    const { code, stdout, stderr } = await machine.run(['run', '--config', BASELINE], {
      TEMPORAL_ADDRESS: address,
    });
    expect(stderr).toContain(address);
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
    expect(existsSync(join(machine.home, 'temporal'))).toBe(false);
    expect(existsSync(join(machine.folder, 'outputs'))).toBe(false);
  });
});
