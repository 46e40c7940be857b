import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { ArbtuneError } from '../../errors.ts';

/** One command's worker, several times over: each a process of its own, with an id of its own. */

const command = fileURLToPath(new URL('../../../bin/arbtune.js', import.meta.url));

/**
 * Runs `count` workers named `<workerId>-1` to `-<count>` with this process's other flags, until the signal aborts or
 * one of them fails.
 */
export async function spawnWorkers(workerId: string, count: number, signal: AbortSignal): Promise<void> {
  const flags = withoutFlags(process.argv.slice(3), ['--worker-id', '--processes']);
  const children = Array.from({ length: count }, (_, i) =>
    spawn(process.execPath, [command, 'worker', ...flags, '--worker-id', `${workerId}-${i + 1}`], {
      stdio: ['ignore', 'inherit', 'inherit'],
    }),
  );
  const end = () => {
    for (const child of children) child.kill('SIGTERM');
  };
  signal.addEventListener('abort', end, { once: true });
  const codes = await Promise.all(
    children.map(async (child) => {
      const code = await exitCode(child);
      if (code !== 0) end();
      return code;
    }),
  );
  const failed = codes.findIndex((code) => code !== 0);
  if (failed !== -1 && !signal.aborted) {
    throw new ArbtuneError(
      'session-failed',
      `Worker ${workerId}-${failed + 1} ended with exit code ${codes[failed]}`,
    );
  }
}

async function exitCode(child: ChildProcess): Promise<number> {
  const [code] = await once(child, 'exit');
  return code ?? 1;
}

/** Takes away flags with their values, in both spellings. */
function withoutFlags(args: readonly string[], names: readonly string[]): string[] {
  return args.filter(
    (arg, i) => !names.some((name) => arg === name || arg.startsWith(`${name}=`) || args[i - 1] === name),
  );
}
