import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { isRunning } from '../../src/embedded/process-identity.ts';
import { workflowIdOf } from '../../src/workflows/names.ts';
import { waitUntil } from '../support/processes.ts';
import { NOBODYS_PORT, type RedisServer, startRedisServer } from '../support/redis-server.ts';
import {
  canaries,
  expectNoCanary,
  expectNoCanaryBelow,
  expectNoCanaryInTemporal,
} from './support/canaries.ts';
import { quickConfig, slowConfig } from './support/configs.ts';
import { holdAt } from './support/hold.ts';
import { embeddedServer, type Sandbox, sandbox } from './support/sandbox.ts';

/** Secrets come from the environment or a file, and go to the service they are for: they turn up nowhere else, whatever fails. */

/** The rights that docs/operations.md asks for. */
const RIGHTS = /^~tuning:\*.+$/m.exec(readFileSync('docs/operations.md', 'utf8'))?.[0] as string;

/** A Redis that lets in nobody without a password, and one user with no more than those rights. */
async function guardedRedis(admin: string, tuner: string): Promise<RedisServer> {
  return await startRedisServer({
    password: admin,
    config: [
      ...['appendonly yes', 'appendfsync always', 'rdbcompression no'],
      ...[`requirepass ${admin}`, `user tuner on >${tuner} ${RIGHTS}`],
    ],
  });
}

/** Runs a command, wants its exit code, and nothing secret in what it says. */
async function said(machine: Sandbox, args: readonly string[], code = 0, extra = {}): Promise<string> {
  const end = await machine.run(args, extra);
  expectNoCanary(args.join(' '), end.stdout + end.stderr);
  expect(end, end.stderr).toMatchObject({ code });
  return end.stdout + end.stderr;
}

test('a secret that did turn up would be seen, whatever it lies in', () => {
  const { any } = canaries('any');
  for (const before of ['', 'x', 'xx']) {
    const text = `${before}${any}`;
    for (const content of [text, Buffer.from(text), Buffer.from(text).toString('base64')]) {
      expect(() => expectNoCanary('a place', content)).toThrow('a place');
    }
  }
  expectNoCanary('a place', 'a canary sings');
});

test('no secret turns up in logs, results, history, stores or homes, and no right beyond the documented is used', {
  timeout: 480_000,
}, async () => {
  const secret = canaries('admin', 'tuner', 'api-key', 'tls-key', 'unused');
  const redis = await guardedRedis('admin-of-the-test', secret.tuner);
  try {
    const machine = sandbox({
      environment: {
        REDIS_URL: `redis://tuner:${secret.tuner}@127.0.0.1:${redis.port}`,
        REDIS_PASSWORD: secret.unused,
        TEMPORAL_API_KEY: secret['api-key'],
        TEMPORAL_TLS: 'false',
        TEMPORAL_TLS_CLIENT_KEY_DATA: secret['tls-key'],
        TEMPORAL_TLS_CLIENT_CERT_DATA: secret['tls-key'],
      },
    });
    const csv = join(machine.folder, 'out.csv');
    const config = slowConfig(machine.folder, { method: 'random' }, 200);
    const moment = holdAt(machine, { batch: 3 });
    const run = machine.start(
      ['run', '--config', config, '--iterations', '40', '--session-id', 'kept', '--output-csv', csv],
      moment.environment,
    );
    // The store fails in the middle, and says so in history.
    await moment.reached();
    await redis.kill();
    moment.release();
    const client = await machine.client();
    await waitUntil(async () => {
      const pending = (await client.describe('kept'))?.raw.pendingActivities ?? [];
      return pending.some(({ lastFailure }) => /Redis at redis:\/\/\*\*\*@/.test(lastFailure?.message ?? ''));
    }, 120_000);
    await redis.restart();
    // Says what it is told, where a right is missing and it would wait for ever.
    await run.waitFor(/session kept completed/);
    expect(await run.exited, run.stderr()).toMatchObject({ code: 0 });
    expectNoCanary('run', run.stdout() + run.stderr());

    for (const order of [
      'status kept',
      'watch kept --json',
      'list',
      'repair kept',
      'summary --session-id kept',
    ]) {
      await said(machine, order.split(' '));
    }
    await said(machine, [
      'run',
      '--config',
      config,
      '--iterations',
      '2',
      '--session-id',
      'kept',
      '--log-format',
      'json',
    ]);
    await said(machine, ['export', '--session-id', 'kept', '--out', 'kept.jsonl']);

    const admin = redis.client();
    // What the whole session did was within its rights: a Redis writes down whoever oversteps.
    expect(await admin.acl('LOG')).toEqual([]);
    expect(await admin.keys('*')).toEqual(await admin.keys('tuning:*'));
    await admin.save();
    expect(expectNoCanaryBelow(join(redis.dir, 'appendonlydir'))).toBeGreaterThan(1);
    expectNoCanary('the dump', readFileSync(join(redis.dir, 'dump.rdb')));

    await expectNoCanaryInTemporal(
      client.temporal,
      workflowIdOf({ env: machine.name, mode: 'paper', sessionId: 'kept' }),
    );
    expect(expectNoCanaryBelow(machine.folder)).toBeGreaterThan(3);
  } finally {
    await redis.stop();
  }
});

test('nor where all is embedded: the service’s database, the store, logs and caches are free of them', async () => {
  const secret = canaries('api-key', 'redis', 'tls-key', 'codec');
  const machine = sandbox({
    temporal: 'embedded',
    environment: {
      TEMPORAL_API_KEY: secret['api-key'],
      TEMPORAL_TLS_CLIENT_KEY_DATA: secret['tls-key'],
      REDIS_PASSWORD: secret.redis,
      ARBTUNE_CODEC_KEY: Buffer.from(secret.codec.padEnd(32)).toString('base64'),
    },
  });
  const config = quickConfig(machine.folder, { method: 'random', max_iterations: 4 });
  await said(machine, ['run', '--config', config, '--session-id', 'home']);
  // Its server ends a moment after the command; until then its files come and go.
  const server = embeddedServer(machine.home);
  await waitUntil(() => !server || !isRunning(server));
  const files = expectNoCanaryBelow(machine.folder);
  expect(files).toBeGreaterThan(8);
});

describe('a service that refuses is told of without the secret that it was given', () => {
  test('Redis: wrong, by address, variable or file; out of reach; or at an address that is none', async () => {
    const secret = canaries('url', 'variable', 'file', 'option');
    const redis = await guardedRedis('admin-of-the-test', 'right');
    try {
      const machine = sandbox();
      const file = join(machine.folder, 'password');
      writeFileSync(file, secret.file);
      const at = `tuner@127.0.0.1:${redis.port}`;
      const attempts: readonly (readonly [
        environment: Record<string, string>,
        code: number,
        says: string,
      ])[] = [
        [{ REDIS_URL: `redis://tuner:${secret.url}@127.0.0.1:${redis.port}` }, 5, 'WRONGPASS'],
        [{ REDIS_URL: `redis://${at}`, REDIS_PASSWORD: secret.variable }, 5, 'WRONGPASS'],
        [{ REDIS_URL: `redis://${at}`, REDIS_PASSWORD_FILE: file }, 5, 'WRONGPASS'],
        [{ REDIS_URL: `redis://:${secret.url}@127.0.0.1:${NOBODYS_PORT}` }, 5, 'out of reach'],
        [{ REDIS_URL: `${secret.url}@127.0.0.1:${NOBODYS_PORT}` }, 2, 'is not a URL'],
        [{ REDIS_URL: `${secret.url}:${secret.url}@127.0.0.1` }, 2, 'does not begin with redis://'],
      ];
      await Promise.all(
        attempts.map(async ([environment, code, says]) => {
          expect(await said(machine, ['list'], code, environment)).toContain(says);
        }),
      );
      const wrong = `redis://tuner:${secret.option}@127.0.0.1:${redis.port}`;
      expect(await said(machine, ['list', '--redis', wrong], 5)).toMatch(
        /^warning: the password in --redis.*\n.*WRONGPASS/,
      );
    } finally {
      await redis.stop();
    }
  });

  test('Temporal: out of reach, with a key that is none, or with a configuration that cannot be read', async () => {
    const secret = canaries('api-key', 'key-data', 'profile', 'codec');
    const machine = sandbox();
    const file = join(machine.folder, 'temporal.toml');
    writeFileSync(
      file,
      `[profile.default]\naddress = "127.0.0.1:1"\napi_key = "${secret.profile}"\nnamespace = x\n`,
    );
    const address = `127.0.0.1:${NOBODYS_PORT}`;
    const [keyed, certified, unread, coded] = await Promise.all([
      said(machine, ['list'], 5, { TEMPORAL_ADDRESS: address, TEMPORAL_API_KEY: secret['api-key'] }),
      said(machine, ['list'], 5, {
        TEMPORAL_ADDRESS: address,
        TEMPORAL_TLS_CLIENT_CERT_DATA: secret['key-data'],
        TEMPORAL_TLS_CLIENT_KEY_DATA: secret['key-data'],
      }),
      said(machine, ['list'], 2, { TEMPORAL_CONFIG_FILE: file }),
      said(machine, ['list'], 2, { ARBTUNE_CODEC_KEY: `${secret.codec}!` }),
    ]);
    expect(coded).toContain('is neither base64 nor hex');
    for (const text of [keyed, certified]) expect(text).toContain(`Temporal at ${address} does not answer`);
    expect(unread).toContain(
      'The Temporal configuration cannot be used: Invalid TOML document: invalid value at 4:13',
    );
  });
});

test('the rights that are documented end where other keys and other orders begin', async () => {
  const redis = await guardedRedis('admin-of-the-test', 'right');
  const tuner = redis.client().duplicate({ username: 'tuner', password: 'right' });
  try {
    const denied = [
      ...[
        ['GET', 'other'],
        ['HSET', 'other:tuning:x', 'a', '1'],
        ['HGETALL', 'tunings'],
        ['DEL', 'x'],
      ],
      ...[['EVAL', "return redis.call('HGETALL', 'other')", '0'], ['KEYS', '*'], ['FLUSHALL'], ['FLUSHDB']],
      ...[['CONFIG', 'GET', '*'], ['ACL', 'LIST'], ['CLIENT', 'LIST'], ['MONITOR'], ['SHUTDOWN'], ['SAVE']],
      ...[
        ['PUBLISH', 'x', 'y'],
        ['SUBSCRIBE', 'x'],
        ['SCRIPT', 'FLUSH'],
        ['MIGRATE', 'h', '1', 'k', '0', '1'],
      ],
    ];
    for (const [name = '', ...args] of denied) {
      await expect(tuner.call(name, ...args), [name, ...args].join(' ')).rejects.toThrow(
        /NOPERM|can't run this command|can't access/,
      );
    }
    expect(await tuner.hset('tuning:x', 'a', '1')).toBe(1);
  } finally {
    tuner.disconnect();
    await redis.stop();
  }
});
