import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { afterEach, describe, expect, it } from 'vitest';
import { ArbtuneError } from '../../src/errors.ts';
import { openStore } from '../../src/store/open-store.ts';
import { redisError } from '../../src/store/redis-errors.ts';
import type { ResultStore } from '../../src/store/result-store.ts';
import { awakeMs } from '../support/awake-time.ts';
import { failure } from '../support/failure.ts';
import { waitUntil } from '../support/processes.ts';
import {
  NOBODYS_PORT,
  type RedisServer,
  type RedisServerOptions,
  startRedisServer,
} from '../support/redis-server.ts';
import { session, trial } from './records.ts';

/** What happens to results, and what people are told, when Redis fails. */

const ends: (() => Promise<unknown>)[] = [];
afterEach(async () => {
  for (const end of ends.splice(0).toReversed()) await end();
});

async function redis(options?: RedisServerOptions): Promise<RedisServer> {
  const server = await startRedisServer(options);
  ends.push(() => server.stop());
  return server;
}

async function open(url: string, environment: Record<string, string> = {}): Promise<ResultStore> {
  const store = await openStore({
    env: 'local',
    mode: 'paper',
    home: '/nowhere',
    redisUrl: url,
    environment,
  });
  ends.push(() => store.close());
  return store;
}

/** Tries until it works, as a retried activity does; throws the last error after half a minute. */
async function untilDone<T>(work: () => Promise<T>): Promise<T> {
  let last: unknown;
  const attempt = () =>
    work().then(
      (value) => ({ value }),
      (error: unknown) => {
        last = error;
        return undefined;
      },
    );
  return (await waitUntil(attempt, 30_000, () => String(last))).value;
}

const batch = (from: number, count: number) => Array.from({ length: count }, (_, n) => trial(from + n));

describe('a Redis that dies', () => {
  it('loses no acknowledged trial over a kill and a restart with its log, and is told from afar meanwhile', async () => {
    const server = await redis();
    const store = await open(server.url);
    let saved = 0;
    const save = async (count: number) => {
      await store.saveTrials(batch(saved + 1, count));
      saved += count;
    };
    for (let round = 0; round < 3; round += 1) {
      await save(50);
      await server.kill();
      const error = await failure(store.saveTrials([trial(saved + 1)]));
      expect(error.exitCode).toBe(5);
      expect(error.message).toContain(`Redis at redis://127.0.0.1:${server.port} is out of reach`);
      await server.restart();
      await untilDone(() => save(1));
      expect(await store.loadTrials('s1')).toEqual(batch(1, saved));
    }
  });

  it('ends with every trial once when it is killed in the middle of writes that are then retried', async () => {
    const server = await redis();
    const store = await open(server.url);
    await store.saveTrials(batch(1, 10));
    const outcome = store.saveTrials(batch(11, 5_000)).then(
      () => 'saved',
      (error: unknown) => error,
    );
    await server.kill();
    const error = await outcome;
    expect(error).toBeInstanceOf(ArbtuneError);
    await server.restart();
    await untilDone(() => store.saveTrials(batch(11, 5_000)));
    expect(await store.loadTrials('s1')).toEqual(batch(1, 5_010));
  });

  it('is noticed by the count when it was wiped, and can be filled again', async () => {
    const server = await redis();
    const store = await open(server.url);
    await store.saveTrials(batch(1, 20));
    await server.client().flushall();
    expect(await store.countTrials('s1')).toBe(0);
    expect(await store.loadTrials('s1')).toEqual([]);
    await store.saveTrials(batch(21, 1));
    expect(await store.countTrials('s1')).toBe(1);
    await store.saveTrials(batch(1, 20));
    expect(await store.loadTrials('s1')).toEqual(batch(1, 21));
  });

  it('counts what is there when it evicted a trial that the index still names', async () => {
    const server = await redis();
    const store = await open(server.url);
    await store.saveTrials(batch(1, 3));
    await server.client().del('tuning:local:paper:arbitrage:tuning_session:s1:worker:main:iteration:2');
    expect(await store.countTrials('s1')).toBe(2);
    expect(await store.loadTrials('s1')).toEqual([trial(1), trial(3)]);
  });
});

describe('a Redis out of reach', () => {
  it('is said within seconds, with its masked address, and nothing is stored elsewhere', async () => {
    const port = NOBODYS_PORT;
    const opening = failure(open(`redis://user:${randomUUID()}@127.0.0.1:${port}/2`));
    expect(await awakeMs(opening)).toBeLessThan(4_000);
    const error = await opening;
    expect(error.kind).toBe('unreachable');
    expect(error.message).toBe(
      `Redis at redis://***@127.0.0.1:${port} is out of reach (ECONNREFUSED). Start it, or set REDIS_URL to where it runs; nothing was stored anywhere else.`,
    );
  });

  it('is said within seconds when something listens but never answers', async () => {
    const sockets: Socket[] = [];
    const silent = createServer((socket) => sockets.push(socket)).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    ends.push(async () => {
      for (const socket of sockets) socket.destroy();
      silent.close();
    });
    const opening = failure(open(`redis://127.0.0.1:${portOf(silent)}`));
    expect(await awakeMs(opening)).toBeLessThan(4_500);
    // Held up as it connects, the process finds its connection's own time-out first.
    expect((await opening).message).toMatch(/is out of reach \((no connection within 3 s|ETIMEDOUT)/);
  });

  it('is what env docker without an address means: no fall-back to a file', async () => {
    const error = await failure(
      openStore({ env: 'docker', mode: 'paper', home: '/nowhere', environment: { REDIS_URL: '' } }),
    );
    expect(error.message).toContain('Redis at redis://localhost:6380 is out of reach');
  });

  it.each([
    ['localhost:6379', 'does not begin with redis:// or rediss://'],
    ['http://x', 'does not begin with redis:// or rediss://'],
    ['redis://h/secret', 'ends in something that is not the number of a database'],
    ['://user:secret@h', 'is not a URL'],
  ])('is not sought at the address %j', async (url, why) => {
    const error = await failure(open(url));
    expect(error.exitCode).toBe(2);
    expect(error.message).toContain(why);
    expect(error.message).not.toContain('secret');
  });
});

describe('a Redis that refuses', () => {
  it('full: says OOM and the remedy, keeps the old record whole, and goes on when there is room', async () => {
    const server = await redis();
    const store = await open(server.url);
    const old = trial(1, { error: 'old', reason: 'old' });
    await store.saveTrials([old]);
    const client = server.client();
    await client.config('SET', 'maxmemory', '1');
    const error = await failure(store.saveTrials([trial(1, { worker_id: 'w2' }), trial(2)]));
    expect(error.message).toContain(
      `Redis at redis://127.0.0.1:${server.port} refused the write of trials: OOM command not allowed`,
    );
    expect(error.message).toContain('raise maxmemory or free memory');
    expect(error.message).not.toContain('script:');
    expect(await store.loadTrials('s1')).toEqual([old]);
    expect((await failure(store.saveSession(session('s1')))).message).toContain('OOM command not allowed');
    await client.config('SET', 'maxmemory', '0');
    await store.saveTrials([trial(1, { worker_id: 'w2' }), trial(2)]);
    expect(await store.loadTrials('s1')).toEqual([trial(1, { worker_id: 'w2' }), trial(2)]);
  });

  it('a replica: says READONLY and the remedy, still reads, and warns', async () => {
    const primary = await redis({ config: ['repl-diskless-sync-delay 0'] });
    const replica = await redis({ config: [`replicaof 127.0.0.1 ${primary.port}`, 'appendonly yes'] });
    const writer = await open(primary.url);
    await writer.saveTrials([trial(1)]);
    const store = await open(replica.url);
    await replicated(replica.client(), primary.client());
    expect((await failure(store.saveTrials([trial(2)]))).message).toMatch(
      /READONLY You can't write against a read only replica.* Remedy: point REDIS_URL at the primary/,
    );
    expect(await untilDone(async () => (await store.loadTrials('s1')).map((r) => r.iteration))).toEqual([1]);
    expect((await store.warnings()).join()).toContain('is a replica and takes no writes');
  });

  it('without its replicas: says NOREPLICAS and the remedy', async () => {
    const server = await redis({ config: ['min-replicas-to-write 1', 'appendonly yes'] });
    const store = await open(server.url);
    expect((await failure(store.saveTrials([trial(1)]))).message).toMatch(
      /NOREPLICAS Not enough good replicas to write.* Remedy: bring the replicas back/,
    );
  });

  it('the credentials: says so at once and repeats none of them', async () => {
    const right = randomUUID();
    const wrong = randomUUID();
    const server = await redis({ config: [`requirepass ${right}`], password: right });
    const none = await failure(open(server.url));
    expect(none.message).toMatch(
      /NOAUTH Authentication required.* Remedy: put the user and password in REDIS_URL/,
    );
    const opening = failure(open(`redis://:${wrong}@127.0.0.1:${server.port}`));
    expect(await awakeMs(opening)).toBeLessThan(2_000);
    const bad = await opening;
    expect(bad.message).toMatch(/redis:\/\/\*\*\*@127.0.0.1:\d+ refused the connection: WRONGPASS/);
    const everything = JSON.stringify([bad, bad.stack, bad.cause, Object.values(bad)]);
    expect(everything).not.toContain(wrong);
    const file = join(server.dir, 'password');
    await writeFile(file, `${right}\n`);
    for (const environment of [{ REDIS_PASSWORD: right }, { REDIS_PASSWORD_FILE: file }]) {
      await (await open(server.url, environment)).saveTrials([trial(1)]);
    }
  });

  it('refuses a user who lacks a right, and it says what such a user needs', async () => {
    const server = await redis();
    await server.client().acl('SETUSER', 'tuner', 'on', '>pw', '~tuning:*', '+@all', '-hset');
    const store = await open(`redis://tuner:pw@127.0.0.1:${server.port}`);
    expect((await failure(store.saveTrials([trial(4)]))).message).toMatch(
      /The user executing the script can't run this command.*Remedy: the Redis user needs/,
    );
  });

  it('names the dangers of its settings', async () => {
    const server = await redis({ config: ['appendonly no', 'maxmemory-policy allkeys-lru'] });
    const warnings = await (await open(server.url)).warnings();
    expect(warnings).toHaveLength(2);
    expect(warnings[0]).toMatch(/^appendonly=no: results can be lost/);
    expect(warnings[1]).toMatch(/^maxmemory-policy=allkeys-lru: results can be lost/);
  });
});

/** Until the first synchronisation is through and all is there: before it a replica refuses everything, or holds nothing. */
async function replicated(replica: Redis, primary: Redis): Promise<void> {
  await waitUntil(async () => {
    const isUp = (await replica.info('replication')).includes('master_link_status:up');
    return isUp && (await replica.dbsize()) === (await primary.dbsize());
  });
}

function portOf(server: Server): number {
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return address.port;
}

it('a connection that ended under a command is told in words of the user, not of the client’s settings', async () => {
  const client = new Redis(NOBODYS_PORT, '127.0.0.1', { lazyConnect: true, enableOfflineQueue: false });
  client.on('error', () => {});
  ends.push(async () => client.disconnect());
  const lost: unknown = await client.get('key').catch((error: unknown) => error);
  expect(String(lost)).toContain('enableOfflineQueue');
  expect(redisError(lost, 'redis://here', 'the read').message).toBe(
    'Redis at redis://here is out of reach (the connection was lost). Start it, or set REDIS_URL to where it runs; nothing was stored anywhere else.',
  );
});
