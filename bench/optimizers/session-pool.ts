import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { RunKey, RunResult } from './raw-results.ts';
import type { SessionAnswer, SessionRequest } from './session-process.ts';

const PROCESS_FILE = fileURLToPath(new URL('./session-process.ts', import.meta.url));

export interface PoolOptions {
  readonly processes: number;
  readonly onResult: (result: RunResult) => void;
  /** A session that failed is not run again in this pool; the others go on. */
  readonly onFailure: (key: RunKey, error: string) => void;
}

/** Runs the sessions in some processes, in order, handing over each result as it ends. */
export async function runSessions(requests: readonly SessionRequest[], options: PoolOptions): Promise<void> {
  const queue = [...requests];
  const count = Math.min(options.processes, queue.length);
  await Promise.all(
    Array.from({ length: count }, async () => {
      const child = fork(PROCESS_FILE);
      try {
        for (let next = queue.shift(); next; next = queue.shift()) {
          const answer = await runOne(child, next);
          if ('result' in answer) options.onResult(answer.result);
          else options.onFailure(next.key, answer.error);
        }
      } finally {
        if (child.connected) child.disconnect();
      }
    }),
  );
}

async function runOne(child: ChildProcess, request: SessionRequest): Promise<SessionAnswer> {
  const settled = new AbortController();
  const { signal } = settled;
  const answered = once(child, 'message', { signal }).then(([answer]) => answer as SessionAnswer);
  const died = once(child, 'exit', { signal }).then(([code]) => {
    throw new Error(`A process of the bench ended with exit code ${code}`);
  });
  for (const outcome of [answered, died]) outcome.catch(() => undefined); // the loser of the race is aborted below
  child.send(request);
  try {
    return await Promise.race([answered, died]);
  } finally {
    settled.abort();
  }
}
