import { findOnPath } from '../../src/embedded/temporal-cli.mjs';
import { runWithProgress } from './run.mjs';

/** Programs that only tests need and npm does not have. */

const PROGRAMS = [
  { command: 'redis-server', package: 'redis-server', purpose: 'the tests of the Redis store' },
  { command: 'chromium', package: 'chromium', purpose: 'the test of what the Web UI shows' },
];

export function testProgramTasks({ environment }) {
  return PROGRAMS.map((program) => ({
    isDone: () => findOnPath(program.command, environment) !== undefined,
    run: (log) => install(program, environment, log),
  }));
}

async function install(program, environment, log) {
  const apt = findOnPath('apt-get', environment);
  if (!apt || process.getuid?.() !== 0) {
    throw new Error(
      `\`${program.command}\` is not on PATH and is needed for ${program.purpose}: install your system's package of it.`,
    );
  }
  const options = {
    cwd: '/',
    // RUNLEVEL keeps the package from starting a server of its own.
    environment: { ...environment, DEBIAN_FRONTEND: 'noninteractive', RUNLEVEL: '1' },
    log,
  };
  await runWithProgress(apt, ['update'], { ...options, what: 'Updating the list of system packages' });
  await runWithProgress(apt, ['install', '-y', '--no-install-recommends', program.package], {
    ...options,
    what: `Installing ${program.command} for ${program.purpose}`,
  });
}
