import { spawn } from 'node:child_process';
import { accessSync, constants, mkdirSync, rmSync, statSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { cacheFolder, ended, goInstall, SUFFIX } from './go-install.mjs';
import { exclusively } from './pid-lock.mjs';

/**
 * Finds, fetches or builds the Temporal CLI. Plain JavaScript for any Node from 20 on without packages, since set-up
 * runs it before anything is installed.
 */

/** The newest that Go's own client can build: later ones have a `replace` line, which it refuses. */
const VERSION = 'v1.5.1';
const MODULE = `github.com/temporalio/cli/cmd/temporal@${VERSION}`;
/** What the build of this version compiles when nothing of it is in Go's cache. */
const PACKAGES = 1_300;
const PROGRESS_MS = 10_000;
/** A download that has not begun, or stands still, for so long is given up. */
const STALL_MS = 15_000;
const LOOK_MS = 500;
const MEGABYTE = 1_000_000;

/** Without Temporal no session runs: what a user can do where neither download nor build is possible. */
const WHAT_TO_INSTALL =
  'Install the Temporal CLI (https://docs.temporal.io/cli) so that `temporal` is on PATH, or Go 1.24 or later to have ' +
  'it built, or set TEMPORAL_ADDRESS to a running Temporal service.';

export function findTemporalCli(environment) {
  const cache = cacheFolder(environment);
  return (
    findOnPath('temporal', environment) ??
    [`temporal-${VERSION}${SUFFIX}`, `temporal${SUFFIX}`].map((name) => join(cache, name)).find(isExecutable)
  );
}

export function findOnPath(command, environment) {
  const folders = (environment.PATH ?? '').split(delimiter).filter(Boolean);
  return folders.map((folder) => join(folder, `${command}${SUFFIX}`)).find(isExecutable);
}

export async function provideTemporalCli({ environment, log }) {
  const found = findTemporalCli(environment);
  if (found) return found;
  const cache = cacheFolder(environment);
  mkdirSync(cache, { recursive: true });
  const waiting = (pid) => log(`Process ${pid} is getting the Temporal CLI; waiting for it.`);
  return exclusively(
    join(cache, '.getting'),
    async () => findTemporalCli(environment) ?? (await fetchOrBuild(cache, environment, log)),
    waiting,
  );
}

async function fetchOrBuild(cache, environment, log) {
  log(
    'The embedded server needs the Temporal CLI, which is not on PATH: downloading it, once (about 60 MB).',
  );
  const fetchFailure = await download(cache, environment, log);
  if (fetchFailure === undefined) return join(cache, `temporal-${VERSION}${SUFFIX}`);
  log(`It cannot be downloaded here: ${fetchFailure}.`);
  const go = findOnPath('go', environment);
  if (!go)
    throw new Error(
      `No Temporal CLI: it cannot be downloaded, and there is no Go to build it. ${WHAT_TO_INSTALL}`,
    );
  log(
    'Building it with Go instead, once: three to four minutes on two cores, and 250 MB in the cache folder.',
  );
  const buildFailure = await goInstall({
    ...{ go, modules: { [MODULE]: 'temporal' }, what: 'the Temporal CLI' },
    ...{ packages: PACKAGES, environment, log },
  });
  if (buildFailure !== undefined)
    throw new Error(`No Temporal CLI: the build failed (${buildFailure}). ${WHAT_TO_INSTALL}`);
  return join(cache, `temporal${SUFFIX}`);
}

/** By the SDK, in a process of its own that can be ended when nothing moves. Returns why it failed. */
async function download(cache, environment, log) {
  const script = fileURLToPath(new URL('./fetch-temporal-cli.mjs', import.meta.url));
  const partial = join(cache, `temporal-${VERSION}${SUFFIX}.downloading`);
  // A rest of a download that was killed; nobody else writes it, since the lock is ours.
  rmSync(partial, { force: true });
  const child = spawn(process.execPath, [script, VERSION, cache], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: environment,
  });
  let failure = '';
  child.stderr.setEncoding('utf8').on('data', (text) => {
    failure += text;
  });
  let size = 0;
  let moved = Date.now();
  let told = Date.now();
  const timer = setInterval(() => {
    const now = sizeOf(partial);
    if (now > size) moved = Date.now();
    size = now;
    if (Date.now() - moved > STALL_MS) {
      failure = `nothing came for ${STALL_MS / 1000} s`;
      child.kill('SIGKILL');
    } else if (size > 0 && Date.now() - told > PROGRESS_MS) {
      told = Date.now();
      log(`Downloading the Temporal CLI: ${Math.round(size / MEGABYTE)} MB unpacked.`);
    }
  }, LOOK_MS);
  const code = await ended(child);
  clearInterval(timer);
  if (code === 0) return undefined;
  rmSync(partial, { force: true });
  return failure.trim().split('\n').at(-1) || 'the download ended without a word';
}

function sizeOf(file) {
  return statSync(file, { throwIfNoEntry: false })?.size ?? 0;
}

export function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}
