import { findOnPath } from '../../src/embedded/temporal-cli.mjs';
import { findPostgres } from './postgres.mjs';
import { runWithProgress } from './run.mjs';
import { findTemporalServer, provideTemporalServer } from './temporal-server.mjs';

/** Programs that only tests need and npm does not have. */

const onPath = (command) => (environment) => findOnPath(command, environment);
const REDIS = {
  ...{ command: 'redis-server', package: 'redis-server', find: onPath('redis-server') },
  purpose: 'the tests of the Redis store',
};
const CHROMIUM = {
  ...{ command: 'chromium', package: 'chromium', find: onPath('chromium') },
  purpose: 'the test of what the Web UI shows',
};
const POSTGRES = {
  ...{ command: 'postgres', package: 'postgresql', find: findPostgres },
  purpose: 'the test of a whole deployment',
};

/** CI tests a whole deployment too; elsewhere minutes of building are not spent unasked, and that test waits for them. */
export function testProgramTasks({ environment }) {
  const programs = [REDIS, CHROMIUM, ...(environment.CI ? [POSTGRES] : [])];
  const server = {
    isDone: () => findTemporalServer(environment) !== undefined,
    run: (log) => provideTemporalServer({ environment, log }),
  };
  const tasks = programs.map((program) => ({
    isDone: () => program.find(environment) !== undefined,
    run: (log) => install(program, environment, log),
  }));
  return environment.CI ? [...tasks, server] : tasks;
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
