import { randomUUID } from 'node:crypto';
import { rmSync } from 'node:fs';
import { endProcess, hasEnded, isHealthy, spawnDevServer, waitUntilReady } from './dev-server.ts';
import { withFileLock } from './file-lock.ts';
import { spawnGuard } from './guard-process.ts';
import { type Environment, type HomeLayout, makePrivateFolder } from './home.ts';
import { choosePorts, type ServerPorts } from './ports.ts';
import {
  isRunning,
  type ProcessIdentity,
  processesWithArguments,
  signalProcess,
} from './process-identity.ts';
import * as files from './server-state.ts';

/**
 * The one embedded server that all arbtune processes of a user share. Whoever needs it and finds none starts it;
 * whoever leaves last ends it; if it dies while in use, a user of it starts it again on the same ports and database.
 */

export interface EmbeddedOptions {
  readonly layout: HomeLayout;
  readonly environment: Environment;
  readonly durable: boolean;
  readonly log: (line: string) => void;
  /** The Temporal CLI's executable; asked for only when a server has to be started. */
  readonly findCli: () => Promise<string>;
}

export interface Holding {
  readonly state: files.ServerState;
  /** Gives the lease back, once. The last one tells the server to end; `untilEnded` waits for that (about a second). */
  release(options?: { readonly untilEnded?: boolean }): Promise<void>;
}

const WATCH_MS = 250;
/** A server on its way up answers within seconds; one that does not is replaced. */
const RECOVERY_CHECKS = 400;
const RECOVERY_CHECK_MS = 25;
/** Another process may take a port between our look and the server's. */
const START_ATTEMPTS = 3;

/** Takes a lease on the server, starting it when there is none. */
export async function holdEmbeddedServer(options: EmbeddedOptions): Promise<Holding> {
  const paths = options.layout.temporal;
  makePrivateFolder(paths.leases);
  // Before the lock: getting the executable may take minutes, and others need not wait for that.
  if (files.readRunningServer(paths) === undefined) await options.findCli();
  const { state, lease } = await withFileLock(paths.lock, async () => {
    const running = await useOrStart(options);
    return { state: running, lease: files.writeLease(paths, randomUUID()) };
  });
  if (options.durable && !state.durable) {
    options.log(
      'The embedded Temporal server already runs without the durable setting, for another process.',
    );
  }
  const stopWatching = keepAlive(options);
  let released: Promise<ProcessIdentity | undefined> | undefined;
  return {
    state,
    async release({ untilEnded = false } = {}) {
      released ??= stopWatching().then(() => giveBack(options, lease));
      const ended = await released;
      if (ended && untilEnded) await endProcess(ended);
    },
  };
}

/** Called under the lock. */
async function useOrStart(options: EmbeddedOptions): Promise<files.ServerState> {
  const known = files.readState(options.layout.temporal);
  if (known && isRunning(known.server)) {
    if (!known.stopping && (await becomesHealthy(known))) return known;
    await endProcess(known.server);
  }
  return start(options);
}

/** The starter may have been killed while the server was on its way up. */
async function becomesHealthy(known: files.ServerState): Promise<boolean> {
  for (let check = 0; check < RECOVERY_CHECKS; check += 1) {
    if (await isHealthy(known.ports)) return true;
    if (await hasEnded(known.server, RECOVERY_CHECK_MS)) return false;
  }
  return false;
}

async function start(options: EmbeddedOptions): Promise<files.ServerState> {
  const { home, temporal: paths } = options.layout;
  // A starter killed between spawning and writing the state leaves a server that only its command line tells of.
  const strays = processesWithArguments(['start-dev', '--db-filename', paths.database]);
  for (const stray of strays) await endProcess(stray);
  const cli = await options.findCli();
  let ports: ServerPorts | undefined = files.readPorts(paths);
  for (let attempt = 1; ; attempt += 1) {
    ports = await choosePorts(home, ports);
    const server = {
      ...{ cli, ports, durable: options.durable, environment: options.environment },
      ...{ database: paths.database, logFile: paths.log },
    };
    const process = spawnDevServer(server);
    const state = { server: process, ports, durable: options.durable, stopping: false };
    // At once, so that whoever comes after a sudden death of ours finds the server.
    files.writeState(paths, state);
    try {
      await waitUntilReady(process, server);
      spawnGuard(home, process);
      return state;
    } catch (error) {
      await endProcess(process);
      files.forgetState(paths);
      if (attempt === START_ATTEMPTS) throw error;
    }
  }
}

/** Starts the server again when it has died. Returns how to stop watching, which waits for a restart under way. */
function keepAlive(options: EmbeddedOptions): () => Promise<void> {
  const paths = options.layout.temporal;
  let restart: Promise<void> | undefined;
  const look = (): void => {
    if (restart || files.readRunningServer(paths)) return;
    restart = withFileLock(paths.lock, () => useOrStart(options))
      .then((state) =>
        options.log(`The embedded Temporal server had ended and runs again (pid ${state.server.pid}).`),
      )
      .catch((error: unknown) => options.log(`The embedded Temporal server has ended: ${String(error)}`))
      .finally(() => {
        restart = undefined;
      });
  };
  // Unref'd: what keeps a process going is its work, not the watch.
  const timer = setInterval(look, WATCH_MS).unref();
  return async () => {
    clearInterval(timer);
    await restart;
  };
}

/** Returns the server when this was the last lease and it has been told to end. */
function giveBack(options: EmbeddedOptions, lease: string): Promise<ProcessIdentity | undefined> {
  const paths = options.layout.temporal;
  return withFileLock(paths.lock, async () => {
    rmSync(lease, { force: true });
    return endIfUnused(paths);
  });
}

/** Called under the lock. Tells the server to end, and returns it, when no living process holds a lease. */
export function endIfUnused(paths: HomeLayout['temporal']): ProcessIdentity | undefined {
  const running = files.readRunningServer(paths);
  if (!running || files.liveLeases(paths).length > 0) return undefined;
  files.writeState(paths, { ...running, stopping: true });
  signalProcess(running.server, 'SIGTERM');
  return running.server;
}
