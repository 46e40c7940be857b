import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { inject, onTestFinished } from 'vitest';
import { TuningClient } from '../../../src/client/tuning-client.ts';
import { endProcess } from '../../../src/embedded/dev-server.ts';
import { homeLayout } from '../../../src/embedded/home.ts';
import type { ProcessIdentity } from '../../../src/embedded/process-identity.ts';
import type { CodecKey } from '../../../src/payloads/keys.ts';
import { cleanEnvironment, temporaryFolder } from '../../support/environment.ts';
import { type Exit, startProcess, type TestProcess } from '../../support/processes.ts';

/** One user's machine for a test: a working folder, a home and an environment of its own, all gone after the test. */

export const checkout = fileURLToPath(new URL('../../..', import.meta.url));
export const BASELINE = join(checkout, 'configs/tuning/advanced_baseline.yaml');
const command = join(checkout, 'bin/arbtune.js');

export interface Finished extends Exit {
  readonly stdout: string;
  readonly stderr: string;
}

export interface Sandbox {
  /** The working folder of its commands. */
  readonly folder: string;
  readonly home: string;
  /** The name given to `--env`: task queues and stores of its own. */
  readonly name: string;
  /** Starts a command; `--env` is added where the command knows it. Ended by its pid after the test at the latest. */
  start(args: readonly string[], extra?: Readonly<Record<string, string>>): TestProcess;
  /** The same, run to its end. */
  run(args: readonly string[], extra?: Readonly<Record<string, string>>): Promise<Finished>;
  /** A worker process that is ready. */
  worker(
    id: string,
    args?: readonly string[],
    extra?: Readonly<Record<string, string>>,
  ): Promise<TestProcess>;
  /** A client of its server, for looking at sessions without a command. */
  client(keys?: readonly CodecKey[]): Promise<TuningClient>;
  /** Runs the command and reads the one JSON value that it prints; anything else on stdout is an error. */
  json<T>(args: readonly string[], extra?: Readonly<Record<string, string>>): Promise<T>;
}

export interface SandboxOptions {
  /** `embedded`: its own Temporal server, brought up by its commands; an address: that server; default: the suite's. */
  readonly temporal?: 'embedded' | { readonly address: string };
  /** More of the environment of all its commands. */
  readonly environment?: Readonly<Record<string, string>>;
}

const WITHOUT_ENV = ['validate', 'replay', 'dev'];
let count = 0;

export function sandbox({ temporal, environment = {} }: SandboxOptions = {}): Sandbox {
  const address = temporal === 'embedded' ? undefined : (temporal?.address ?? inject('temporalAddress'));
  const folder = temporaryFolder();
  const home = join(folder, 'home');
  const name = `t${process.pid}-${count++}`;
  const started: TestProcess[] = [];
  const base = cleanEnvironment({
    ARBTUNE_HOME: home,
    ...(address === undefined ? {} : { TEMPORAL_ADDRESS: address }),
    ...environment,
  });
  // Registered after the folder's removal, so run before it.
  onTestFinished(async () => {
    await Promise.all(started.map((process_) => process_.kill()));
    const server = embeddedServer(home);
    if (server) await endProcess(server);
  });
  const start: Sandbox['start'] = (args, extra = {}) => {
    const placed = args.includes('--env') || WITHOUT_ENV.includes(args[0] ?? '');
    const process_ = startProcess(process.execPath, [command, ...args, ...(placed ? [] : ['--env', name])], {
      cwd: folder,
      env: { ...base, ...extra },
    });
    started.push(process_);
    return process_;
  };
  const run: Sandbox['run'] = async (args, extra) => {
    const process_ = start(args, extra);
    const exit = await process_.exited;
    return { ...exit, stdout: process_.stdout(), stderr: process_.stderr() };
  };
  return {
    ...{ folder, home, name, start, run },
    async worker(id, args = [], extra) {
      const process_ = start(['worker', '--worker-id', id, ...args], extra);
      await process_.waitFor(/worker \S+ is ready/);
      return process_;
    },
    async client(keys = []) {
      if (address === undefined) throw new Error('An embedded server is asked by commands alone');
      const server = { address, namespace: 'default', connection: { address } };
      const client = await TuningClient.connect({ server, env: name, mode: 'paper', codecKeys: keys });
      onTestFinished(() => client.close());
      return client;
    },
    async json<T>(args: readonly string[], extra?: Readonly<Record<string, string>>): Promise<T> {
      const { code, stdout, stderr } = await run([...args, '--json'], extra);
      if (code !== 0) throw new Error(`${args.join(' ')} ended with ${code}\n${stderr}`);
      return JSON.parse(stdout) as T;
    },
  };
}

/** The embedded server of a home, as its state file names it. */
export function embeddedServer(home: string): ProcessIdentity | undefined {
  const file = homeLayout(home).temporal.state;
  if (!existsSync(file)) return undefined;
  return (JSON.parse(readFileSync(file, 'utf8')) as { server: ProcessIdentity }).server;
}

export function makeFolder(folder: string): string {
  mkdirSync(folder, { recursive: true });
  return folder;
}
