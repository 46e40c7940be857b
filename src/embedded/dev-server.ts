import { spawn } from 'node:child_process';
import { closeSync, existsSync, openSync, readFileSync, statSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { z } from 'zod';
import { ArbtuneError } from '../errors.ts';
import { REQUIRED_ATTRIBUTES } from '../workflows/search-attributes.ts';
import type { Environment } from './home.ts';
import { isListening, LOOPBACK, type ServerPorts } from './ports.ts';
import { identifyProcess, isRunning, type ProcessIdentity, signalProcess } from './process-identity.ts';

/** Starts one Temporal dev server as a process that outlives its starter, tuned so that a trial is cheap to orchestrate. */

export interface DevServerOptions {
  /** The Temporal CLI's executable. */
  readonly cli: string;
  readonly ports: ServerPorts;
  readonly database: string;
  readonly logFile: string;
  /** Every commit reaches the disk before it counts (`synchronous=FULL`): no loss on a power cut, at some speed. */
  readonly durable: boolean;
  readonly environment: Environment;
}

export const NAMESPACE = 'default';

/** Well above the second it takes: a machine may be busy. */
const START_LIMIT_MS = 30_000;
const POLL_MS = 15;
const CALL_LIMIT_MS = 2_000;
/** The server ends in about a second; after this it is ended by force, which its database survives. */
const STOP_LIMIT_MS = 10_000;
const LOG_LIMIT_BYTES = 5_000_000;

/** Flags that decide what a trial costs: the stock server takes 20 transfer tasks a second and syncs every commit. */
function tunedFlags(durable: boolean): string[] {
  const pragmas = ['journal_mode=WAL', `synchronous=${durable ? 'FULL' : 'NORMAL'}`];
  const dynamicConfig = [
    'history.transferProcessorMaxPollRPS=2000',
    'system.enableActivityEagerExecution=true',
  ];
  return [
    ...pragmas.flatMap((pragma) => ['--sqlite-pragma', pragma]),
    ...dynamicConfig.flatMap((value) => ['--dynamic-config-value', value]),
  ];
}

const ATTRIBUTE_TYPES: Readonly<Record<string, string>> = {
  KEYWORD: 'Keyword',
  DOUBLE: 'Double',
  INT: 'Int',
};

export function devServerArguments(options: DevServerOptions): string[] {
  const { ports, database } = options;
  return [
    ...['server', 'start-dev', '--ip', LOOPBACK, '--log-level', 'warn', '--log-format', 'json'],
    ...['--port', String(ports.grpc), '--ui-port', String(ports.ui), '--http-port', String(ports.http)],
    ...['--db-filename', database],
    ...tunedFlags(options.durable),
    ...REQUIRED_ATTRIBUTES.flatMap(({ name, type }) => [
      '--search-attribute',
      `${name}=${ATTRIBUTE_TYPES[type] ?? type}`,
    ]),
  ];
}

/** Spawns the server and returns at once; `waitUntilReady` tells when it serves. */
export function spawnDevServer(options: DevServerOptions): ProcessIdentity {
  const tooLong = existsSync(options.logFile) && statSync(options.logFile).size > LOG_LIMIT_BYTES;
  const log = openSync(options.logFile, tooLong ? 'w' : 'a', 0o600);
  try {
    const child = spawn(options.cli, devServerArguments(options), {
      detached: true,
      stdio: ['ignore', log, log],
      env: withoutTemporalSettings(options.environment),
    });
    // Without a listener a failed spawn would end this process; the missing pid below tells the same.
    child.on('error', () => {});
    child.unref();
    const identity = child.pid === undefined ? undefined : identifyProcess(child.pid);
    if (!identity) throw startFailure(options, 'it ended at once');
    return identity;
  } finally {
    closeSync(log);
  }
}

/** The CLI reads the same variables as clients do; they are not meant for the embedded server. */
function withoutTemporalSettings(environment: Environment): Record<string, string> {
  const kept = Object.entries(environment).filter(([name]) => !name.startsWith('TEMPORAL_'));
  return Object.fromEntries(kept.filter((entry): entry is [string, string] => entry[1] !== undefined));
}

/** Waits until the server answers; throws an `unreachable` error with its last words when it ends or takes too long. */
export async function waitUntilReady(server: ProcessIdentity, options: DevServerOptions): Promise<void> {
  const deadline = Date.now() + START_LIMIT_MS;
  while (!(await isHealthy(options.ports))) {
    if (!isRunning(server)) throw startFailure(options, 'it ended');
    if (Date.now() > deadline)
      throw startFailure(options, `it did not answer within ${START_LIMIT_MS / 1000} s`);
    await delay(POLL_MS);
  }
}

/** Whether a server answers on these ports: its gRPC port is open and its namespace there. */
export async function isHealthy(ports: ServerPorts): Promise<boolean> {
  try {
    const answer = await fetch(namespaceUrl(ports), { signal: AbortSignal.timeout(CALL_LIMIT_MS) });
    await answer.arrayBuffer();
    return answer.ok && (await isListening(ports.grpc));
  } catch {
    return false;
  }
}

/**
 * A server that began with a database of before may lack attributes: its flags only count for a new one. False also when it
 * does not say so in time.
 */
export async function hasRequiredAttributes(ports: ServerPorts): Promise<boolean> {
  try {
    const answer = await fetch(`${namespaceUrl(ports)}/search-attributes`, {
      signal: AbortSignal.timeout(CALL_LIMIT_MS),
    });
    const { customAttributes } = attributesSchema.parse(await answer.json());
    return REQUIRED_ATTRIBUTES.every(({ name }) => customAttributes[name] !== undefined);
  } catch {
    return false;
  }
}

const attributesSchema = z.object({ customAttributes: z.record(z.string(), z.unknown()).default({}) });

function namespaceUrl(ports: ServerPorts): string {
  return `http://${LOOPBACK}:${ports.http}/api/v1/namespaces/${NAMESPACE}`;
}

/** Ends that very process, by force when it does not end by itself. */
export async function endProcess(identity: ProcessIdentity): Promise<void> {
  signalProcess(identity, 'SIGTERM');
  if (await hasEnded(identity, STOP_LIMIT_MS)) return;
  signalProcess(identity, 'SIGKILL');
  await hasEnded(identity, STOP_LIMIT_MS);
}

export async function hasEnded(identity: ProcessIdentity, withinMs: number): Promise<boolean> {
  const deadline = Date.now() + withinMs;
  while (isRunning(identity)) {
    if (Date.now() > deadline) return false;
    await delay(POLL_MS);
  }
  return true;
}

function startFailure(options: DevServerOptions, what: string): ArbtuneError {
  const last = existsSync(options.logFile)
    ? readFileSync(options.logFile, 'utf8').trimEnd().split('\n').at(-1)
    : undefined;
  const words = last ? `; its last words: ${last}` : '';
  return new ArbtuneError(
    'unreachable',
    `The embedded Temporal server (${options.cli}) did not start: ${what}${words}`,
  );
}
