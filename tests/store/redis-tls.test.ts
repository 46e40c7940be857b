import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { openStore } from '../../src/store/open-store.ts';
import { hasOpenssl, makeCertificates } from '../support/certificates.ts';
import { freePort, type RedisServer, startRedisServer } from '../support/redis-server.ts';
import { trial } from './records.ts';

/** Redis over TLS: results travel only to a server whose certificate the given authority signed. */

/** A server built without TLS stops at the first directive, one with it at the second. */
const probe = spawnSync('redis-server', ['--tls-port', '0', '--no-such-directive', 'x'], {
  encoding: 'utf8',
});
const hasTools = hasOpenssl && /no-such-directive/.test(probe.stdout + probe.stderr);

describe.skipIf(!hasTools)('a Redis over TLS', () => {
  let dir: string;
  const file = (name: string) => join(dir, name);
  let server: RedisServer;
  let url: string;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'arbtune-tls-'));
    makeCertificates(dir);
    const port = await freePort();
    server = await startRedisServer({
      config: [
        'appendonly yes',
        `tls-port ${port}`,
        `tls-cert-file ${file('server.pem')}`,
        `tls-key-file ${file('server.key')}`,
        `tls-ca-cert-file ${file('ca.pem')}`,
        'tls-auth-clients no',
      ],
    });
    url = `rediss://127.0.0.1:${port}`;
  });
  afterAll(async () => {
    await server?.stop();
    await rm(dir, { recursive: true, force: true });
  });

  const open = (environment: Record<string, string>) =>
    openStore({ env: 'local', mode: 'paper', home: dir, redisUrl: url, environment });

  it('keeps results when the authority is the given one', async () => {
    const store = await open({ REDIS_CA_FILE: file('ca.pem') });
    await store.saveTrials([trial(1)]);
    expect(await store.loadTrials('s1')).toEqual([trial(1)]);
    await store.close();
  });

  it('is refused when nobody or another authority vouches for it', async () => {
    for (const environment of [{}, { REDIS_CA_FILE: file('stranger.pem') }]) {
      await expect(open(environment as Record<string, string>)).rejects.toThrow(
        /^Redis at rediss:\/\/127\.0\.0\.1:\d+ is out of reach \(\w+\)\. Name the file of the authority .* REDIS_CA_FILE;/,
      );
    }
  });

  it('is not sought when the file of the authority is not there', async () => {
    expect(readFileSync(file('ca.pem'), 'utf8')).toContain('BEGIN CERTIFICATE');
    await expect(open({ REDIS_CA_FILE: file('none.pem') })).rejects.toThrow(
      `REDIS_CA_FILE names a file that cannot be read: ${file('none.pem')} (ENOENT).`,
    );
  });
});
