import { join } from 'node:path';
import { cacheFolder, goInstall, SUFFIX } from '../../src/embedded/go-install.mjs';
import { exclusively } from '../../src/embedded/pid-lock.mjs';
import { findOnPath, isExecutable } from '../../src/embedded/temporal-cli.mjs';

/** The Temporal server as a deployment runs it, and its schema tool: built once by Go's own client, kept in the user's cache. */

const VERSION = 'v1.29.1';
const NAMES = { server: `temporal-server-${VERSION}`, sqlTool: `temporal-sql-tool-${VERSION}` };
const MODULES = {
  [`go.temporal.io/server/cmd/server@${VERSION}`]: NAMES.server,
  [`go.temporal.io/server/cmd/tools/sql@${VERSION}`]: NAMES.sqlTool,
};
/** What the build compiles when nothing of it is in Go's cache. */
const PACKAGES = 1_250;

/** Both programs, or undefined when one is missing. */
export function findTemporalServer(environment) {
  const cache = cacheFolder(environment);
  const server = join(cache, `${NAMES.server}${SUFFIX}`);
  const sqlTool = join(cache, `${NAMES.sqlTool}${SUFFIX}`);
  return [server, sqlTool].every(isExecutable) ? { server, sqlTool } : undefined;
}

export async function provideTemporalServer({ environment, log }) {
  const found = findTemporalServer(environment);
  if (found) return found;
  const go = findOnPath('go', environment);
  if (!go)
    throw new Error(`The Temporal server ${VERSION} is built with Go, which is not on PATH: install Go.`);
  const waiting = (pid) => log(`Process ${pid} is building the Temporal server; waiting for it.`);
  return await exclusively(
    join(cacheFolder(environment), '.getting-server'),
    async () => findTemporalServer(environment) ?? (await build(go, environment, log)),
    waiting,
  );
}

async function build(go, environment, log) {
  log(
    'Building the Temporal server with Go, once: about two minutes on two idle cores, 130 MB in the cache folder.',
  );
  const what = 'the Temporal server';
  const failure = await goInstall({ go, modules: MODULES, what, packages: PACKAGES, environment, log });
  if (failure !== undefined)
    throw new Error(`The build of the Temporal server ${VERSION} failed (${failure}).`);
  return findTemporalServer(environment);
}
