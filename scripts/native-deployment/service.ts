import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** One long-running program of the deployment: started, waited for, and ended by its own process id. */

export interface ServiceOptions {
  readonly name: string;
  readonly command: string;
  readonly args: readonly string[];
  /** Its working folder; the log `<name>.log` lies beside it, in `logs`. */
  readonly folder: string;
  readonly logs: string;
  /** Of the process, where it may not run as the one that starts it. */
  readonly user?: { readonly uid: number; readonly gid: number } | undefined;
  readonly environment?: Readonly<Record<string, string | undefined>>;
  /** What ends it in order; default SIGTERM. */
  readonly stopSignal?: NodeJS.Signals;
  readonly isReady: () => Promise<boolean>;
}

export interface Service {
  readonly name: string;
  readonly pid: number;
  readonly log: string;
  /** Rejects when it ends without being told to. */
  readonly failure: Promise<never>;
  stop(): Promise<void>;
}

const START_LIMIT_MS = 60_000;
const POLL_MS = 50;
/** After this it is ended by force. */
const STOP_LIMIT_MS = 15_000;

/** Resolves when the service answers; rejects with its last words when it ends before. */
export async function startService(options: ServiceOptions): Promise<Service> {
  const { name, command, args, folder, user, environment = process.env } = options;
  const log = join(options.logs, `${name}.log`);
  const file = openSync(log, 'a');
  const child = spawn(command, args, {
    cwd: folder,
    env: environment,
    stdio: ['ignore', file, file],
    detached: true, // A terminal's Ctrl-C is for us alone, who end it in order.
    ...(user ?? {}),
  });
  closeSync(file);
  let isStopping = false;
  const gone = once(child, 'exit').then(([code, signal]) => `it ended with ${code ?? signal}`, String);
  const failure = gone.then((how): Promise<never> => {
    if (isStopping) return new Promise(() => {});
    throw new Error(`${name} failed: ${how}${lastWords(log)}`);
  });
  failure.catch(() => {}); // Heard by whoever waits for it; nobody need.
  const abandon = () => child.kill('SIGKILL');
  process.once('exit', abandon);
  const stop = async () => {
    isStopping = true;
    child.kill(options.stopSignal ?? 'SIGTERM');
    const timer = setTimeout(() => child.kill('SIGKILL'), STOP_LIMIT_MS);
    await gone;
    clearTimeout(timer);
    process.off('exit', abandon);
  };
  try {
    await Promise.race([untilReady(options), failure]);
    return { name, pid: child.pid as number, log, failure, stop };
  } catch (error) {
    await stop();
    throw error;
  }
}

async function untilReady({ name, isReady }: ServiceOptions): Promise<void> {
  const deadline = performance.now() + START_LIMIT_MS;
  while (!(await isReady())) {
    if (performance.now() > deadline)
      throw new Error(`${name} did not answer within ${START_LIMIT_MS / 1000} s`);
    await delay(POLL_MS);
  }
}

function lastWords(log: string): string {
  const words = readFileSync(log, 'utf8').trimEnd().split('\n').slice(-3).join('\n');
  return words === '' ? '' : `; its last words:\n${words}`;
}
