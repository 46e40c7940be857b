import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { homeLayout } from '../../src/embedded/home.ts';
import { type TestProcess, waitUntil } from '../support/processes.ts';
import { slowConfig } from './support/configs.ts';
import { ENDLESS } from './support/endless.ts';
import { type Sandbox, sandbox } from './support/sandbox.ts';

/** Ctrl-C, whenever it comes: exit code 130, one line that is true, and the session to come back to. */

/** A search that asks its session for what it has found, so that a worker that leaves may wait for itself. */
const run = (machine: Sandbox, id: string) =>
  machine.start([
    ...['run', '--config', slowConfig(machine.folder, { method: 'bayesian', parallelism: 1 })],
    ...['--session-id', id, '--iterations', String(ENDLESS)],
  ]);

/** Interrupts it; returns the one line that it says then: more are said where its worker had to be ended by force. */
async function interrupted(process_: TestProcess): Promise<string> {
  expect(await process_.kill('SIGINT'), process_.stderr()).toEqual({ code: 130, signal: null });
  const lines = process_.stderr().trimEnd().split('\n');
  const others = lines.filter((line) => !line.startsWith('interrupted'));
  for (const line of others) expect(line).toMatch(/^\[(TUNING|RESULT)\]/);
  expect(lines.slice(others.length)).toEqual([lines.at(-1)]);
  return lines.at(-1) ?? '';
}

const NOTHING = 'interrupted; no session was started or gone on with';
const kept = (id: string) =>
  `interrupted; what is measured of session ${id} is kept, and it goes on only where other workers serve it. Come back with: arbtune resume ${id}`;

/** Only a test that is slow to see its moment meets a session. */
const expectedOf = (process_: TestProcess, id: string) =>
  process_.stderr().includes(`[TUNING] session ${id}`) ? kept(id) : NOTHING;

const loads = (pid: number, module: string) =>
  waitUntil(() => readFileSync(`/proc/${pid}/maps`, 'utf8').includes(module));

test.skipIf(!existsSync('/proc/self/maps'))('while the command is being loaded', async () => {
  const loading = run(sandbox({ temporal: 'embedded' }), 'unborn');
  await loads(loading.pid, 'core-bridge');
  const line = await interrupted(loading);
  // Loaded, it may have gone on to the work, which says nothing of itself where it was stopped.
  if (line !== 'interrupted') expect(line).toBe(expectedOf(loading, 'unborn'));
});

const before: Readonly<Record<string, (machine: Sandbox) => unknown>> = {
  'its home is made': ({ home }) => existsSync(home),
  'the server is on its way up': ({ home }) => existsSync(homeLayout(home).temporal.state),
  'the server is there': ({ home }) => {
    const { leases } = homeLayout(home).temporal;
    return existsSync(leases) && readdirSync(leases).length > 0;
  },
};

test.each(Object.entries(before))('before the session is started: when %s', async (_moment, hasCome) => {
  const machine = sandbox({ temporal: 'embedded' });
  const process_ = run(machine, 'mine');
  await waitUntil(() => hasCome(machine) === true);
  const line = await interrupted(process_);
  expect(line).toBe(expectedOf(process_, 'mine'));
});

test('once the session is started, again and again: `resume` sees it to its end', async () => {
  const machine = sandbox({ temporal: 'embedded' });
  const started = run(machine, 'mine');
  await started.waitFor(/session mine started/);
  expect(await interrupted(started)).toBe(kept('mine'));

  const measuring = run(machine, 'mine');
  await measuring.waitFor(/\[RESULT\] trial \d+ /);
  expect(await interrupted(measuring)).toBe(kept('mine'));

  // One that finds trials of others asks the session for them first.
  const resumed = machine.start(['resume', 'mine']);
  await resumed.waitFor(/session mine joined · /);
  expect(await interrupted(resumed)).toBe(kept('mine'));

  const last = machine.start(['resume', 'mine', '--iterations', '5', '--json']);
  await last.waitFor(new RegExp(`session mine joined, ${2 * ENDLESS + 5} trials in all · `));
  await machine.json(['stop', 'mine']);
  expect(await last.exited, last.stderr()).toMatchObject({ code: 0 });
  expect(JSON.parse(last.stdout())).toMatchObject({
    status: 'stopped',
    failed: 0,
    iterations: 2 * ENDLESS + 5,
  });
});
