import { spawn } from 'node:child_process';
import { mkdirSync, renameSync, rmSync } from 'node:fs';
import { homedir } from 'node:os';
import { isAbsolute, join } from 'node:path';
import { createInterface } from 'node:readline';

/**
 * Builds programs by Go's own client and keeps them in the user's cache. Plain JavaScript for any Node from 20 on
 * without packages, since set-up runs it before anything is installed.
 */

export const SUFFIX = process.platform === 'win32' ? '.exe' : '';
const PROGRESS_MS = 10_000;

/** Where programs that were fetched or built are kept. */
export function cacheFolder(environment) {
  const chosen = environment.XDG_CACHE_HOME;
  const caches = chosen && isAbsolute(chosen) ? chosen : join(environment.HOME || homedir(), '.cache');
  return join(caches, 'arbtune', 'bin');
}

/**
 * Builds `modules` (a package's path and version -> the name that its program gets in the cache). Returns why it failed,
 * undefined when it did not. `packages` is about how many are compiled when nothing is in Go's own cache.
 */
export async function goInstall({ go, modules, what, packages, environment, log }) {
  const cache = cacheFolder(environment);
  mkdirSync(cache, { recursive: true });
  const target = join(cache, `.build-${process.pid}`);
  const child = spawn(go, ['install', '-v', '-ldflags=-s -w', ...Object.keys(modules)], {
    stdio: ['ignore', 'ignore', 'pipe'],
    env: { ...environment, GOBIN: target },
  });
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  let fetched = 0;
  let compiled = 0;
  let last = '';
  createInterface({ input: child.stderr }).on('line', (line) => {
    last = line;
    if (line.startsWith('go: downloading')) fetched += 1;
    else compiled += 1;
  });
  const timer = setInterval(() => {
    log(
      `Building ${what}: ${fetched} modules fetched, ${compiled} of about ${packages} packages compiled, ${seconds()} s so far.`,
    );
  }, PROGRESS_MS);
  const code = await ended(child);
  clearInterval(timer);
  try {
    if (code !== 0) return last || `go ended with ${code}`;
    for (const [module, name] of Object.entries(modules)) {
      renameSync(join(target, `${programOf(module)}${SUFFIX}`), join(cache, `${name}${SUFFIX}`));
    }
    log(`Built ${what} in ${seconds()} s.`);
    return undefined;
  } finally {
    rmSync(target, { recursive: true, force: true });
  }
}

/** Go names a program after the last folder of its package. */
function programOf(module) {
  return module.split('@')[0].split('/').at(-1);
}

/** The exit code, after the streams are read to the end. The child does not outlive this process. */
export function ended(child) {
  const end = () => child.kill('SIGTERM');
  process.once('exit', end);
  return new Promise((resolve, reject) => {
    child.once('error', reject);
    child.once('close', (code) => {
      process.off('exit', end);
      resolve(code);
    });
  });
}
