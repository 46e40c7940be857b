import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { homeLayout } from '../../../src/embedded/home.ts';
import type { RedisServer } from '../../../tests/support/redis-server.ts';
import { fillDisk } from '../../../tests/support/small-disk.ts';
import type { Fault } from '../fault.ts';
import { type Machine, STACKS } from '../machine.ts';

/** What can happen to the Temporal server, and to the store, without which trials go on for a while. */

const serverFaults: readonly Fault[] = [
  {
    name: 'server-killed',
    what: 'the Temporal server killed and started again on its database',
    stacks: STACKS,
    lasts: [2_000, 6_000],
    async inject({ server }) {
      await server.kill();
      return () => server.restart();
    },
  },
  {
    name: 'server-stopped',
    what: 'the Temporal server stopped (SIGSTOP) and woken (SIGCONT)',
    stacks: STACKS,
    lasts: [3_000, 8_000],
    async inject({ server }) {
      server.signal('SIGSTOP');
      return async () => server.signal('SIGCONT');
    },
  },
  {
    name: 'everything-killed',
    what: 'server, store and all workers killed at once, and started again',
    stacks: STACKS,
    lasts: [1_000, 4_000],
    async inject({ server, redis, workers }) {
      await workers.settled();
      const count = workers.ids.length;
      await Promise.all([server.kill(), redis?.kill(), workers.endAll()]);
      return async () => {
        await Promise.all([server.restart(), redis?.restart()]);
        await workers.add(count);
      };
    },
  },
];

const sqliteFaults: readonly Fault[] = [
  {
    name: 'sqlite-locked',
    what: 'another process holds the write lock of the SQLite file beyond every wait',
    stacks: ['embedded'],
    lasts: [6_000, 9_000],
    isBypassed: true,
    async inject({ home }) {
      const holder = new DatabaseSync(homeLayout(home).storeFile, { timeout: 5_000 });
      holder.exec('BEGIN IMMEDIATE');
      return async () => {
        holder.exec('ROLLBACK');
        holder.close();
      };
    },
  },
  {
    name: 'disk-full',
    what: 'the disk of the SQLite file filled to the last byte, then freed',
    stacks: ['embedded'],
    lasts: [4_000, 8_000],
    isBypassed: true,
    impossible: ({ hasOwnDisk }) => (hasOwnDisk ? undefined : 'mounting a disk needs root'),
    async inject({ home }) {
      const filler = join(home, 'filler');
      await fillDisk(filler);
      return () => rm(filler);
    },
  },
];

/** A fault of Redis that a setting makes and another ends. */
function setting(
  name: string,
  what: string,
  breaks: (redis: ReturnType<RedisServer['client']>) => Promise<unknown>,
  mends: (redis: ReturnType<RedisServer['client']>) => Promise<unknown>,
): Fault {
  return {
    ...{ name, what, stacks: ['redis'], lasts: [2_000, 6_000], isBypassed: true },
    async inject(machine) {
      const redis = redisOf(machine).client();
      await breaks(redis);
      return async () => {
        await mends(redis);
        redis.disconnect();
      };
    },
  };
}

const redisFaults: readonly Fault[] = [
  {
    name: 'redis-killed',
    what: 'Redis killed and started again on its append-only file',
    stacks: ['redis'],
    lasts: [2_000, 6_000],
    isBypassed: true,
    async inject(machine) {
      const redis = redisOf(machine);
      await redis.kill();
      return () => redis.restart();
    },
  },
  {
    name: 'redis-stopped',
    what: 'Redis stopped (SIGSTOP) beyond every wait, and woken (SIGCONT)',
    stacks: ['redis'],
    lasts: [6_000, 9_000],
    isBypassed: true,
    async inject(machine) {
      const redis = redisOf(machine);
      redis.signal('SIGSTOP');
      return async () => redis.signal('SIGCONT');
    },
  },
  {
    name: 'redis-wiped',
    what: 'Redis wiped (FLUSHALL), then `arbtune repair`',
    stacks: ['redis'],
    lasts: [500, 2_000],
    isBypassed: true,
    async inject(machine, _random, sessionId) {
      await redisOf(machine).client().flushall();
      return async () => {
        const repair = machine.workers.command(['repair', sessionId]);
        const { code } = await repair.exited;
        if (code !== 0) throw new Error(`repair ended with ${code}: ${repair.stderr()}`);
      };
    },
  },
  setting(
    'redis-full',
    'Redis over its maxmemory: every write refused (OOM)',
    (redis) => redis.config('SET', 'maxmemory', '1'),
    (redis) => redis.config('SET', 'maxmemory', '0'),
  ),
  setting(
    'redis-read-only',
    'Redis made a replica of nobody: every write refused (READONLY)',
    (redis) => redis.replicaof('127.0.0.1', 1),
    (redis) => redis.replicaof('NO', 'ONE'),
  ),
  setting(
    'redis-without-replicas',
    'Redis told to want a replica: every write refused (NOREPLICAS)',
    (redis) => redis.config('SET', 'min-replicas-to-write', '1'),
    (redis) => redis.config('SET', 'min-replicas-to-write', '0'),
  ),
];

function redisOf({ redis }: Machine): RedisServer {
  if (!redis) throw new Error('This stack has no Redis');
  return redis;
}

export const serviceFaults: readonly Fault[] = [...serverFaults, ...sqliteFaults, ...redisFaults];
