import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import {
  type DevServerOptions,
  endProcess,
  hasEnded,
  spawnDevServer,
  waitUntilReady,
} from '../../src/embedded/dev-server.ts';
import { choosePorts } from '../../src/embedded/ports.ts';
import { type ProcessIdentity, signalProcess } from '../../src/embedded/process-identity.ts';
import { provideTemporalCli } from '../../src/embedded/temporal-cli.mjs';
import { cleanEnvironment } from './environment.ts';

/** A real Temporal server of one's own, as the embedded one is started, but nobody starts it again when it is killed. */

export interface OwnTemporalServer {
  readonly port: number;
  /** `host:port`. */
  readonly address: string;
  /** SIGKILL, and wait until it is gone. */
  kill(): Promise<void>;
  /** SIGSTOP and SIGCONT. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
  /** On the same ports and database; resolves when it answers. */
  restart(options?: { readonly forgetful?: boolean }): Promise<void>;
  /** Ends it for good. */
  stop(): Promise<void>;
}

const GONE_WITHIN_MS = 60_000;

/** @param folder holds its database and log; kept when it ends */
export async function startTemporalServer(folder: string): Promise<OwnTemporalServer> {
  const environment = cleanEnvironment();
  const ports = await choosePorts(folder, undefined);
  const options: DevServerOptions = {
    ...{ ports, environment, durable: false, database: join(folder, 'temporal.sqlite') },
    cli: await provideTemporalCli({ environment, log: (line) => console.error(line) }),
    logFile: join(folder, 'temporal.log'),
  };
  let server: ProcessIdentity;
  const start = async () => {
    server = spawnDevServer(options);
    await waitUntilReady(server, options);
  };
  const abandoned = () => signalProcess(server, 'SIGKILL');
  const kill = async () => {
    signalProcess(server, 'SIGKILL');
    if (!(await hasEnded(server, GONE_WITHIN_MS))) throw new Error(`Process ${server.pid} does not end`);
  };
  await start();
  process.once('exit', abandoned);
  return {
    port: ports.grpc,
    address: `127.0.0.1:${ports.grpc}`,
    kill,
    signal: (name) => void signalProcess(server, name),
    async restart({ forgetful = false } = {}) {
      if (forgetful) {
        for (const suffix of ['', '-wal', '-shm']) await rm(`${options.database}${suffix}`, { force: true });
      }
      await start();
    },
    async stop() {
      process.off('exit', abandoned);
      signalProcess(server, 'SIGCONT');
      await endProcess(server);
    },
  };
}
