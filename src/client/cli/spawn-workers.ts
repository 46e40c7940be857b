import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { ArbtuneError } from '../../errors.ts';

/** One command's worker, several times over: each a process of its own, with an id of its own. */

const command = fileURLToPath(new URL('../../../bin/arbtune.js', import.meta.url));

type Exit = readonly [code: number | null, signal: NodeJS.Signals | null];

/** A worker that dies at once each time must not keep its machine busy with starting it. */
const RESTART_MS = 1_000;

export interface SpawnOptions {
  readonly workerId: string;
  readonly count: number;
  /** Their health pages take as many ports from this one on; absent: none. */
  readonly healthPort: number | undefined;
  /** The store, where an option names it. It may hold a password, so it is passed on where other users do not see it. */
  readonly redis: string | undefined;
  readonly log: (line: string) => void;
}

/**
 * Runs `count` workers named `<workerId>-1` to `-<count>` with this process's other flags, until the signal aborts or
 * one of them fails. One that is killed (by hand, for its memory) is started again; the others go on meanwhile.
 */
export async function spawnWorkers(options: SpawnOptions, signal: AbortSignal): Promise<void> {
  const { workerId, count, healthPort, redis, log } = options;
  const flags = withoutFlags(process.argv.slice(3), [
    '--worker-id',
    '--processes',
    '--health-port',
    '--redis',
  ]);
  const failure = new AbortController();
  const end = AbortSignal.any([signal, failure.signal]);
  const keepUp = async (i: number): Promise<void> => {
    const id = `${workerId}-${i + 1}`;
    const port = healthPort === undefined ? [] : ['--health-port', String(healthPort + i)];
    while (!end.aborted) {
      const [code, killedBy] = await ended([...flags, '--worker-id', id, ...port], redis, end);
      if (end.aborted || code === 0) return;
      if (code !== null) {
        failure.abort();
        throw new ArbtuneError('session-failed', `Worker ${id} ended with exit code ${code}`);
      }
      log(`warning: worker ${id} was ended by ${killedBy}; it is started again`);
      await delay(RESTART_MS, undefined, { signal: end }).catch(() => {});
    }
  };
  const workers = await Promise.allSettled(Array.from({ length: count }, (_, i) => keepUp(i)));
  const failed = workers.find((worker) => worker.status === 'rejected');
  if (failed) throw failed.reason;
}

/** How one worker process ended; it is told to when `end` aborts. */
async function ended(args: readonly string[], redis: string | undefined, end: AbortSignal): Promise<Exit> {
  const child = spawn(process.execPath, [command, 'worker', ...args], {
    // The channel carries nothing: that it closes tells the worker of our end, and it ends too.
    stdio: ['ignore', 'inherit', 'inherit', 'ipc'],
    env: { ...process.env, ARBTUNE_REEXECUTED: '1', ...(redis === undefined ? {} : { REDIS_URL: redis }) },
  });
  const tell = () => child.kill('SIGTERM');
  end.addEventListener('abort', tell, { once: true });
  try {
    const [code, killedBy] = await once(child, 'exit');
    return [code, killedBy];
  } finally {
    end.removeEventListener('abort', tell);
  }
}

/** Takes away flags with their values, in both spellings. */
function withoutFlags(args: readonly string[], names: readonly string[]): string[] {
  return args.filter(
    (arg, i) => !names.some((name) => arg === name || arg.startsWith(`${name}=`) || args[i - 1] === name),
  );
}
