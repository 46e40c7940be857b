import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { Client, Connection } from '@temporalio/client';
import { describe, expect, onTestFinished, test } from 'vitest';
import {
  type EnsureOptions,
  ensureTemporal,
  type TemporalServer,
} from '../../src/embedded/ensure-temporal.ts';
import { homeLayout } from '../../src/embedded/home.ts';
import { identifyProcess, isRunning, type ProcessIdentity } from '../../src/embedded/process-identity.ts';
import { readState } from '../../src/embedded/server-state.ts';
import { cleanEnvironment, temporaryFolder } from '../support/environment.ts';
import { startScript, type TestProcess, waitUntil } from '../support/processes.ts';

const FIXTURE = 'tests/embedded/fixtures/hold-server.ts';

interface Holder extends TestProcess {
  readonly address: string;
}

/** Another process that holds a lease; it and its lease are gone after the test. */
async function holdInProcess(home: string): Promise<Holder> {
  const process = startScript(FIXTURE, ['--home', home]);
  onTestFinished(async () => {
    await process.kill('SIGTERM');
  });
  const ready = await process.waitFor(/^ready (.*)$/m);
  return { ...process, address: JSON.parse(ready[1] ?? '').address };
}

async function hold(home: string, options: Partial<EnsureOptions> = {}): Promise<TemporalServer> {
  const log = (): void => {};
  const server = await ensureTemporal({ home, environment: cleanEnvironment(), log, ...options });
  onTestFinished(() => server.release({ untilEnded: true }));
  return server;
}

function serverOf(home: string): ProcessIdentity {
  const state = readState(homeLayout(home).temporal);
  if (!state) throw new Error('There is no state file');
  return state.server;
}

async function withClient<T>(address: string, use: (client: Client) => Promise<T>): Promise<T> {
  const connection = await Connection.connect({ address });
  try {
    return await use(new Client({ connection }));
  } finally {
    await connection.close();
  }
}

const start = (address: string, workflowId: string): Promise<unknown> =>
  withClient(address, (client) => client.workflow.start('Any', { taskQueue: 'nobody-polls', workflowId }));

const statusOf = (address: string, workflowId: string): Promise<string> =>
  withClient(address, async (client) => (await client.workflow.getHandle(workflowId).describe()).status.name);

describe('the embedded server', () => {
  test('is one for all processes that start at once, outlives its starter and ends with its last user', async () => {
    const home = temporaryFolder();
    const holders = await Promise.all([1, 2, 3].map(() => holdInProcess(home)));
    expect(new Set(holders.map(({ address }) => address)).size).toBe(1);
    const server = serverOf(home);

    for (const holder of holders.slice(0, 2)) {
      expect(await holder.kill('SIGTERM')).toEqual({ code: 0, signal: null });
      expect(isRunning(server)).toBe(true);
    }
    await start(holders[2]!.address, 'still-served');

    expect(await holders[2]!.kill('SIGTERM')).toEqual({ code: 0, signal: null });
    expect(isRunning(server)).toBe(false);
  });

  test('keeps its addresses and its sessions from one start to the next', async () => {
    const home = temporaryFolder();
    const first = await hold(home);
    await start(first.address, 'kept');
    await first.release();

    const second = await hold(home);
    expect([second.address, second.uiUrl]).toEqual([first.address, first.uiUrl]);
    expect(await statusOf(second.address, 'kept')).toBe('RUNNING');
    const page = await fetch(second.uiUrl ?? '');
    expect([page.status, page.headers.get('content-type')]).toEqual([
      200,
      expect.stringContaining('text/html'),
    ]);
  });

  test('is found by the next process when its starter was killed, whose lease no longer counts', async () => {
    const home = temporaryFolder();
    const starter = await holdInProcess(home);
    const server = serverOf(home);
    await starter.kill('SIGKILL');
    expect(isRunning(server)).toBe(true);

    const next = await hold(home);
    expect([next.address, serverOf(home)]).toEqual([starter.address, server]);
    await next.release({ untilEnded: true });
    expect(isRunning(server)).toBe(false);
  });

  test('is started again on the same address and database when it dies in use', async () => {
    const home = temporaryFolder();
    const lines: string[] = [];
    const { address } = await hold(home, { log: (line) => lines.push(line) });
    await start(address, 'survivor');
    const before = serverOf(home);
    process.kill(before.pid, 'SIGKILL');

    await waitUntil(() => lines.find((line) => line.includes('runs again')));
    expect(serverOf(home)).not.toEqual(before);
    expect(await statusOf(address, 'survivor')).toBe('RUNNING');
  });

  test('is replaced when its starter and itself were killed at once', async () => {
    const home = temporaryFolder();
    const starter = await holdInProcess(home);
    await start(starter.address, 'survivor');
    const server = serverOf(home);
    process.kill(server.pid, 'SIGKILL');
    await starter.kill('SIGKILL');

    const next = await hold(home);
    expect(next.address).toBe(starter.address);
    expect(await statusOf(next.address, 'survivor')).toBe('RUNNING');
  });

  test('is found by its command line when its starter died before it could write down which process it is', async () => {
    const home = temporaryFolder();
    const starter = await holdInProcess(home);
    const stray = serverOf(home);
    await starter.kill('SIGKILL');
    writeFileSync(homeLayout(home).temporal.state, '{"server":{"pi');

    await hold(home);
    expect(isRunning(stray)).toBe(false);
    expect(isRunning(serverOf(home))).toBe(true);
  });

  test('never takes a process for the server because it has the pid of one that ended', async () => {
    const home = temporaryFolder();
    const first = await hold(home);
    await first.release({ untilEnded: true });
    const { state: file } = homeLayout(home).temporal;
    const stale = JSON.parse(readFileSync(file, 'utf8'));
    const bystander = startScript(FIXTURE, ['--home', temporaryFolder()]);
    onTestFinished(async () => {
      await bystander.kill('SIGTERM');
    });
    writeFileSync(
      file,
      JSON.stringify({ ...stale, stopping: false, server: { ...stale.server, pid: bystander.pid } }),
    );

    const second = await hold(home);
    expect(second.address).toBe(first.address);
    expect(identifyProcess(bystander.pid)).toBeDefined();
    expect(serverOf(home).pid).not.toBe(bystander.pid);
  });

  test('takes other ports when its own are in use', async () => {
    const [home, other] = [temporaryFolder(), temporaryFolder()];
    const first = await hold(home);
    await (await hold(other)).release({ untilEnded: true });
    writeFileSync(homeLayout(other).temporal.ports, readFileSync(homeLayout(home).temporal.ports));

    const second = await hold(other);
    expect(second.address).not.toBe(first.address);
    expect(await statusOf(second.address, 'nothing').catch((error: Error) => error.name)).toBe(
      'WorkflowNotFoundError',
    );
  });

  test('is ended by its guard when all its users were killed, and not while there is one', async () => {
    const home = temporaryFolder();
    const [first, second] = [await holdInProcess(home), await holdInProcess(home)];
    const server = serverOf(home);
    const guard = startScript('src/embedded/guard.ts', [home, String(server.pid), server.began, '100']);
    await first.kill('SIGKILL');
    const { leases } = homeLayout(home).temporal;
    await waitUntil(() => readdirSync(leases).length === 1);
    expect(isRunning(server)).toBe(true);

    await second.kill('SIGKILL');
    expect(await guard.exited).toEqual({ code: 0, signal: null });
    expect(isRunning(server)).toBe(false);
  });
});
