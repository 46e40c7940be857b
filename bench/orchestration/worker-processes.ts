import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';

/** Worker processes for a bench, and what the operating system says of each. */

/** What Linux begins the peak anew by, at the memory that is resident now. */
const RESET_PEAK = '5';

const command = fileURLToPath(new URL('../../bin/arbtune.js', import.meta.url));

export interface WorkerProcesses {
  /** CPU time of all of them until now, milliseconds. */
  cpuMs(): number;
  /** The most resident memory that one of them has had since the last call, megabytes. */
  peakMb(): number;
  stop(): Promise<void>;
}

/** Resolves when all of them are ready. */
export async function startWorkers(
  count: number,
  args: readonly string[],
  environment: NodeJS.ProcessEnv,
): Promise<WorkerProcesses> {
  const workers = await Promise.all(
    Array.from({ length: count }, (_, i) =>
      startWorker(['worker', '--worker-id', `bench-${i + 1}`, ...args], environment),
    ),
  );
  const read = (file: string) => workers.map(({ pid }) => readFileSync(`/proc/${pid}/${file}`, 'utf8'));
  return {
    cpuMs: () => sum(read('stat').map(cpuOf)),
    peakMb() {
      const peaks = read('status').map(peakOf);
      for (const { pid } of workers) writeFileSync(`/proc/${pid}/clear_refs`, RESET_PEAK);
      return Math.max(...peaks);
    },
    async stop() {
      await Promise.all(
        workers.map(async (worker) => {
          worker.kill('SIGTERM');
          if (worker.exitCode === null) await once(worker, 'exit');
        }),
      );
    },
  };
}

async function startWorker(args: readonly string[], environment: NodeJS.ProcessEnv): Promise<ChildProcess> {
  const worker = spawn(process.execPath, [command, ...args], {
    env: environment,
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  for await (const line of createInterface({ input: worker.stderr }))
    if (line.includes('is ready')) return worker;
  throw new Error(`A worker ended before it was ready: ${args.join(' ')}`);
}

/** Linux counts in ticks of 10 ms; fields 14 and 15, after a name that may hold blanks. */
function cpuOf(stat: string): number {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return (Number(fields[11]) + Number(fields[12])) * 10;
}

function peakOf(status: string): number {
  return Number(/^VmHWM:\s+(\d+) kB/m.exec(status)?.[1] ?? Number.NaN) / 1024;
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
