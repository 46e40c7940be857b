import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { dependencyTask } from '../setup/dependencies.mjs';

/** A release of arbtune in a folder of its own, and its commands as processes. */

export interface Release {
  readonly name: string;
  readonly folder: string;
}

export interface Running {
  readonly child: ChildProcess;
  /** What it has said so far. */
  readonly output: () => string;
}

export const checkout = fileURLToPath(new URL('../..', import.meta.url));

/** The checkout's commit `ref` as a worktree in `folder`, with the packages that it wants. */
export async function checkOut(ref: string, folder: string, log: (line: string) => void): Promise<Release> {
  const name = execFileSync('git', ['rev-parse', '--short', `${ref}^{commit}`], {
    cwd: checkout,
    encoding: 'utf8',
  });
  execFileSync('git', ['worktree', 'add', '--quiet', '--detach', folder, ref], { cwd: checkout });
  const packages = join(folder, 'node_modules');
  symlinkSync(join(checkout, 'node_modules'), packages);
  const root = pathToFileURL(`${folder}/`);
  const task = dependencyTask({ root, environment: process.env, withDevelopment: false });
  if (!task.isDone()) {
    rmSync(packages);
    await task.run(log);
  }
  return { name: name.trim(), folder };
}

export function removeWorktree(folder: string): void {
  // The link only, or else git would look into it.
  rmSync(join(folder, 'node_modules'), { recursive: true, force: true });
  execFileSync('git', ['worktree', 'remove', '--force', folder], { cwd: checkout });
}

/** Starts a command of the release; it ends with this process at the latest. */
export function startCommand(
  release: Release,
  args: readonly string[],
  cwd: string,
  environment: Readonly<Record<string, string | undefined>>,
): Running {
  const child = spawn(process.execPath, [join(release.folder, 'bin/arbtune.js'), ...args], {
    cwd,
    env: environment,
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const abandon = () => child.kill('SIGKILL');
  process.once('exit', abandon);
  child.once('exit', () => process.off('exit', abandon));
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      said += text;
    });
  }
  return { child, output: () => said };
}

/** Runs a command to its end; throws what it said when that is not a good one. */
export async function runCommand(...start: Parameters<typeof startCommand>): Promise<void> {
  const { child, output } = startCommand(...start);
  await once(child, 'close');
  const [{ name }, args] = start;
  if (child.exitCode !== 0) throw new Error(`${name}: arbtune ${args.join(' ')} ended badly:\n${output()}`);
}

/** Ends it by its own process id, as a crash would. */
export async function kill({ child }: Running): Promise<void> {
  if (child.exitCode !== null || child.signalCode !== null) return;
  child.kill('SIGKILL');
  await once(child, 'exit');
}
