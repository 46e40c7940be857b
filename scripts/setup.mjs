import { realpathSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { exclusively } from '../src/embedded/pid-lock.mjs';
import { bundleTask } from './setup/bundle.mjs';
import { dependencyTask } from './setup/dependencies.mjs';
import { temporalTask } from './setup/temporal.mjs';
import { testProgramTasks } from './setup/test-programs.mjs';

/**
 * Brings in what a checkout lacks, in order; instant when nothing is missing. Plain JavaScript for any Node from 20
 * on with nothing installed: npm runs it before `npm start` and, with `--test`, before `npm test`.
 */

const root = new URL('..', import.meta.url);

/**
 * A task: `isDone()` looks, quickly and without side effects; `run(log)` does it or throws one clear sentence.
 * `packagesOnly` is for commands, which bring in the rest themselves when they need it.
 * @param {{ test?: boolean, packagesOnly?: boolean, environment?: Record<string, string | undefined>, log: (line: string) => void }} options
 */
export async function setUp({ test = false, packagesOnly = false, environment = process.env, log }) {
  const tasks = [
    dependencyTask({ root, environment, withDevelopment: test }),
    ...(packagesOnly ? [] : [temporalTask({ environment, always: test }), bundleTask({ root, environment })]),
    ...(test ? testProgramTasks({ environment }) : []),
  ];
  if (await allDone(tasks)) return;
  const lock = fileURLToPath(new URL('build/setup.lock', root));
  const waiting = (pid) => log(`Process ${pid} is setting up this checkout; waiting for it.`);
  await exclusively(
    lock,
    async () => {
      for (const task of tasks) if (!(await task.isDone())) await task.run(log);
    },
    waiting,
  );
}

async function allDone(tasks) {
  for (const task of tasks) if (!(await task.isDone())) return false;
  return true;
}

if (process.argv[1] && realpathSync(process.argv[1]) === fileURLToPath(import.meta.url)) {
  const log = (line) => console.error(`[SETUP] ${line}`);
  try {
    await setUp({ test: process.argv.includes('--test'), log });
  } catch (error) {
    log(error.message);
    process.exitCode = 1;
  }
}
