import { accessSync, constants, statSync } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, isAbsolute, join } from 'node:path';

/**
 * Finds, fetches or builds the Temporal CLI. Plain JavaScript for any Node from 20 on without packages, since set-up
 * runs it before anything is installed.
 */

const VERSION = 'v1.5.1';
const SUFFIX = process.platform === 'win32' ? '.exe' : '';

export function cacheFolder(environment) {
  const chosen = environment.XDG_CACHE_HOME;
  const caches = chosen && isAbsolute(chosen) ? chosen : join(environment.HOME || homedir(), '.cache');
  return join(caches, 'arbtune', 'bin');
}

export function findTemporalCli(environment) {
  const folders = (environment.PATH ?? '').split(delimiter).filter(Boolean);
  const cache = cacheFolder(environment);
  const places = [
    ...folders.map((folder) => join(folder, `temporal${SUFFIX}`)),
    join(cache, `temporal-${VERSION}${SUFFIX}`),
    join(cache, `temporal${SUFFIX}`),
  ];
  return places.find(isExecutable);
}

function isExecutable(file) {
  try {
    accessSync(file, constants.X_OK);
    return statSync(file).isFile();
  } catch {
    return false;
  }
}

export async function provideTemporalCli({ environment }) {
  const found = findTemporalCli(environment);
  if (found) return found;
  throw new Error('No Temporal CLI');
}
