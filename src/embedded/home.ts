import { homedir } from 'node:os';
import { isAbsolute, join, resolve } from 'node:path';
import { ArbtuneError } from '../errors.ts';
import { messageOf } from '../foreign-errors.ts';
import { makeFolders } from '../make-folders.ts';

/** Where arbtune keeps what belongs to one user on one machine. Everyone who needs such a path asks here. */

export type Environment = Readonly<Record<string, string | undefined>>;

/** `ARBTUNE_HOME`, else `arbtune` in the user's XDG state folder. Absolute; not created. */
export function arbtuneHome(environment: Environment): string {
  const chosen = environment.ARBTUNE_HOME;
  if (chosen) return resolve(chosen);
  return join(xdgFolder(environment, 'XDG_STATE_HOME', ['.local', 'state']), 'arbtune');
}

/** XDG says that relative values are to be ignored. */
function xdgFolder(environment: Environment, name: string, fallback: readonly string[]): string {
  const value = environment[name];
  return value && isAbsolute(value) ? value : join(environment.HOME || homedir(), ...fallback);
}

/** What lies under the home folder. The embedded server's files are apart so that its folder can be deleted whole. */
export interface HomeLayout {
  readonly home: string;
  /** The embedded result store. */
  readonly storeFile: string;
  /** Built once, read by every worker: workflow bundles and columns of market data. */
  readonly cacheFolder: string;
  readonly temporal: {
    readonly folder: string;
    readonly database: string;
    /** The server that runs now, if any. */
    readonly state: string;
    /** The ports it had last time. */
    readonly ports: string;
    readonly lock: string;
    /** One file per process that uses the server. */
    readonly leases: string;
    readonly log: string;
  };
}

export function homeLayout(home: string): HomeLayout {
  const temporal = join(home, 'temporal');
  return {
    home,
    storeFile: join(home, 'arbtune.sqlite'),
    cacheFolder: join(home, 'cache'),
    temporal: {
      folder: temporal,
      database: join(temporal, 'temporal.sqlite'),
      state: join(temporal, 'server.json'),
      ports: join(temporal, 'ports.json'),
      lock: join(temporal, 'lock.sqlite'),
      leases: join(temporal, 'leases'),
      log: join(temporal, 'server.log'),
    },
  };
}

/**
 * Creates a folder, and those above it, that only the user can enter.
 *
 * @throws ArbtuneError `input` where it cannot
 */
export function makePrivateFolder(folder: string): void {
  try {
    makeFolders(folder, 0o700);
  } catch (error) {
    throw new ArbtuneError(
      'input',
      `The folder ${folder} cannot be made (${messageOf(error)}); set ARBTUNE_HOME to a folder of your own`,
      { cause: error },
    );
  }
}
