import { randomUUID } from 'node:crypto';
import { mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { TuningClient } from '../../src/client/tuning-client.ts';
import { randomStream } from '../../src/search-space/random-stream.ts';
import { openStore } from '../../src/store/open-store.ts';
import type { ResultStore } from '../../src/store/result-store.ts';
import { cleanEnvironment } from '../../tests/support/environment.ts';
import { type RedisServer, startRedisServer } from '../../tests/support/redis-server.ts';
import { mountSmallDisk, unmount } from '../../tests/support/small-disk.ts';
import { startTcpProxy, type TcpProxy } from '../../tests/support/tcp-proxy.ts';
import { type OwnTemporalServer, startTemporalServer } from '../../tests/support/temporal-server.ts';
import { Workers } from './workers.ts';

/**
 * A deployment in one place, all of it real: a Temporal server with a database file, a store, worker processes that
 * reach both over a network of their own, and a client that does not depend on that network.
 */

export const STACKS = ['embedded', 'redis'] as const;
/** `embedded`: the SQLite store; `redis`: a redis-server with an append-only file. */
export type StackKind = (typeof STACKS)[number];

export interface Machine {
  readonly kind: StackKind;
  readonly env: string;
  /** Working folder of the workers; holds configs and CSVs. */
  readonly folder: string;
  readonly home: string;
  /** Whether `home` is a small disk of its own, which can be filled. */
  readonly hasOwnDisk: boolean;
  readonly server: OwnTemporalServer;
  readonly redis?: RedisServer;
  /** Between the workers and the services. */
  readonly network: readonly TcpProxy[];
  readonly workers: Workers;
  readonly client: TuningClient;
  readonly store: ResultStore;
  /** Where the store's password was printed or written; it should be nowhere. */
  leaks(files: readonly string[]): string[];
  close(): Promise<void>;
}

const ENV = 'chaos';
/** Room for the store and the columns of the market data, little enough to fill in no time. */
const DISK_MB = 192;

export async function startMachine(kind: StackKind, workers: number, seed: number): Promise<Machine> {
  const folder = mkdtempSync(join(tmpdir(), 'arbtune-chaos-'));
  const home = join(folder, 'home');
  const leave = () => {
    unmount(home);
    rmSync(folder, { recursive: true, force: true, maxRetries: 9 });
  };
  // Interrupted: its servers see to themselves.
  process.once('exit', leave);
  const closing: (() => unknown)[] = [leave, () => process.off('exit', leave)];
  const close = async () => {
    for (const end of closing.splice(0).toReversed()) await end();
  };
  try {
    mkdirSync(home);
    const hasOwnDisk = kind === 'embedded' && mountSmallDisk(home, DISK_MB);
    const server = await startTemporalServer(folder);
    closing.push(() => server.stop());
    const password = randomUUID();
    const redis = kind === 'redis' ? await startOwnRedis(password) : undefined;
    if (redis) closing.push(() => redis.stop());
    const network: TcpProxy[] = [];
    const reach = async (port: number) => {
      const proxy = await startTcpProxy(port, randomStream(seed, network.length, 'network'));
      network.push(proxy);
      closing.push(() => proxy.close());
      return `127.0.0.1:${proxy.port}`;
    };
    const environment = cleanEnvironment({
      ARBTUNE_HOME: home,
      TEMPORAL_ADDRESS: await reach(server.port),
      ...(redis ? { REDIS_URL: `redis://${await reach(redis.port)}`, REDIS_PASSWORD: password } : {}),
    });
    const crew = new Workers(folder, ENV, environment);
    closing.push(() => crew.close());
    const { address } = server;
    const store = await openStore({
      ...{ env: ENV, mode: 'paper', home, redisUrl: redis?.url },
      environment: { REDIS_PASSWORD: password },
    });
    closing.push(() => store.close());
    const client = await TuningClient.connect({
      ...{ env: ENV, mode: 'paper' },
      server: { address, namespace: 'default', connection: { address } },
    });
    closing.push(() => client.close());
    await crew.add(workers);
    return {
      ...{ kind, env: ENV, folder, home, hasOwnDisk, server, network, client, store, close },
      ...(redis ? { redis } : {}),
      workers: crew,
      leaks(files) {
        const texts = files.map((file) => [file, readFileSync(file, 'utf8')] as const);
        const all = [...texts, ['the output of workers', crew.output] as const];
        return all.filter(([, text]) => text.includes(password)).map(([where]) => where);
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}

function startOwnRedis(password: string): Promise<RedisServer> {
  return startRedisServer({
    config: ['appendonly yes', 'appendfsync everysec', `requirepass ${password}`],
    password,
  });
}
