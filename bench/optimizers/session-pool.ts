import { type ChildProcess, fork } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import type { RunResult } from './raw-results.ts';
import type { SessionRequest } from './session-process.ts';

const PROCESS_FILE = fileURLToPath(new URL('./session-process.ts', import.meta.url));

/** Runs the sessions in `processes` processes, in order, handing over each result as it ends. */
export async function runSessions(
  requests: readonly SessionRequest[],
  processes: number,
  onResult: (result: RunResult) => void,
): Promise<void> {
  const queue = [...requests];
  const count = Math.min(processes, queue.length);
  await Promise.all(
    Array.from({ length: count }, async () => {
      const child = fork(PROCESS_FILE);
      try {
        for (let next = queue.shift(); next; next = queue.shift()) onResult(await runOne(child, next));
      } finally {
        child.kill();
      }
    }),
  );
}

async function runOne(child: ChildProcess, request: SessionRequest): Promise<RunResult> {
  const ended = new AbortController();
  const answer = once(child, 'message', { signal: ended.signal });
  const death = once(child, 'exit', { signal: ended.signal }).then(([code]) => {
    const { peer, problem, seed } = request.key;
    throw new Error(`The session of ${peer} on ${problem}, seed ${seed}, ended with exit code ${code}`);
  });
  child.send(request);
  try {
    const [result] = await Promise.race([answer, death]);
    return result as RunResult;
  } finally {
    ended.abort();
    answer.catch(() => undefined);
    death.catch(() => undefined);
  }
}
