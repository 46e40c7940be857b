import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { cleanEnvironment } from './environment.ts';

/** Real processes for tests: start one, wait for what it says, end it by its own id. No sleeps: every wait has a condition. */

const root = fileURLToPath(new URL('../..', import.meta.url));

export interface Exit {
  readonly code: number | null;
  readonly signal: NodeJS.Signals | null;
}

export interface TestProcess {
  readonly pid: number;
  readonly child: ChildProcess;
  /** What it has written so far. */
  readonly stdout: () => string;
  readonly stderr: () => string;
  /** Resolves with the first match of the pattern in either stream; rejects with all output when the process ends first. */
  waitFor(pattern: RegExp, withinMs?: number): Promise<RegExpExecArray>;
  /** Resolves when the process has ended and its streams are read to the end. */
  readonly exited: Promise<Exit>;
  /** Sends the signal (SIGKILL by default) to this process alone and waits for its end. */
  kill(signal?: NodeJS.Signals): Promise<Exit>;
}

export interface ProcessOptions {
  readonly cwd?: string;
  /** The whole environment; default `cleanEnvironment()`. */
  readonly env?: Readonly<Record<string, string>>;
  readonly input?: string;
}

export function startProcess(
  command: string,
  args: readonly string[],
  options: ProcessOptions = {},
): TestProcess {
  const child = spawn(command, args, {
    cwd: options.cwd ?? root,
    env: options.env ?? cleanEnvironment(),
    stdio: ['pipe', 'pipe', 'pipe'],
  });
  if (child.pid === undefined) throw new Error(`${command} did not start`);
  child.stdin.on('error', () => {}); // A process that ended does not read.
  child.stdin.end(options.input ?? '');
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) {
    child[name].setEncoding('utf8').on('data', (chunk: string) => {
      output[name] += chunk;
    });
  }
  let ended: Exit | undefined;
  const exited = once(child, 'close').then(([code, signal]): Exit => {
    ended = { code, signal };
    return ended;
  });
  const report = (): string => `stdout:\n${output.stdout}\nstderr:\n${output.stderr}`;
  return {
    pid: child.pid,
    child,
    stdout: () => output.stdout,
    stderr: () => output.stderr,
    exited,
    async waitFor(pattern, withinMs = 120_000) {
      const match = await waitUntil(
        () => {
          const found = pattern.exec(output.stdout) ?? pattern.exec(output.stderr);
          if (!found && ended)
            throw new Error(`Ended (${ended.code ?? ended.signal}) without ${pattern}\n${report()}`);
          return found ?? undefined;
        },
        withinMs,
        () => `No ${pattern}\n${report()}`,
      );
      return match;
    },
    async kill(signal = 'SIGKILL') {
      child.kill(signal);
      return exited;
    },
  };
}

/** The CLI as a user runs it in a checkout. */
export function startArbtune(args: readonly string[], options?: ProcessOptions): TestProcess {
  return startProcess(process.execPath, ['bin/arbtune.js', ...args], options);
}

/** A TypeScript module of the checkout as a process, e.g. a fixture that holds a lease. */
export function startScript(
  file: string,
  args: readonly string[] = [],
  options?: ProcessOptions,
): TestProcess {
  return startProcess(process.execPath, ['--disable-warning=ExperimentalWarning', file, ...args], options);
}

/** Polls until the look gives something; throws what `otherwise` says after the limit. */
export async function waitUntil<T>(
  look: () => T | undefined | false | Promise<T | undefined | false>,
  withinMs = 60_000,
  otherwise: () => string = () => 'The condition did not come true',
): Promise<T> {
  const deadline = performance.now() + withinMs;
  for (;;) {
    const found = await look();
    if (found !== undefined && found !== false) return found;
    if (performance.now() > deadline) throw new Error(`${otherwise()} (after ${withinMs} ms)`);
    await delay(20);
  }
}
