import { request } from 'node:http';
import { describe, expect, onTestFinished, test } from 'vitest';
import { type HealthSource, startHealthServer } from '../../src/worker/health/health-server.ts';
import { type HealthSettings, healthSettings } from '../../src/worker/health/health-settings.ts';
import { failure } from '../support/failure.ts';

/** Who may read a worker's health page, and what it says. */

const TOKEN = 'a-token-of-some-length';

describe('the health page', () => {
  test('is asked for by a port alone, and then open to this machine only', () => {
    expect(healthSettings({}, {})).toBeUndefined();
    expect(healthSettings({ healthPort: 9464 }, {})).toEqual({ host: '127.0.0.1', port: 9464 });
    expect(() => healthSettings({ healthHost: '127.0.0.1' }, {})).toThrow(
      '--health-host without --health-port: name the port too',
    );
  });

  test.each(['0.0.0.0', '::', '10.1.2.3', '127.0.0.1.example', 'localhost.example', 'rack1'])(
    'on %s is refused without a token, and allowed with one',
    (healthHost) => {
      const flags = { healthPort: 9464, healthHost };
      expect(() => healthSettings(flags, {})).toThrow(
        `--health-host ${healthHost} would open the health page to other machines: set ARBTUNE_HEALTH_TOKEN to a secret that they must show, or leave --health-host away`,
      );
      expect(() => healthSettings(flags, { ARBTUNE_HEALTH_TOKEN: 'short' })).toThrow(
        'ARBTUNE_HEALTH_TOKEN is 5 characters long; expected at least 16',
      );
      const settings = { host: healthHost, port: 9464, token: TOKEN };
      expect(healthSettings(flags, { ARBTUNE_HEALTH_TOKEN: TOKEN })).toEqual(settings);
    },
  );

  test('answers by path: alive, ready or why not, metrics; and to GET alone', async () => {
    let why: string | undefined = 'draining';
    const get = await serve({}, { readiness: async () => why, metrics: async () => 'a 1\n' });
    expect(await get('/healthz')).toEqual({ status: 200, body: 'alive\n' });
    expect(await get('/readyz')).toEqual({ status: 503, body: 'draining\n' });
    why = undefined;
    expect(await get('/readyz')).toEqual({ status: 200, body: 'ready\n' });
    expect(await get('/metrics')).toEqual({ status: 200, body: 'a 1\n' });
    expect((await get('/')).status).toBe(404);
    expect((await get('/readyz', { method: 'POST' })).status).toBe(405);
  });

  test('without a token answers to the names of this machine alone', async () => {
    const get = await serve({});
    for (const host of ['localhost:1', '127.0.0.1:1', '[::1]:1', '127.0.0.1']) {
      expect(await get('/healthz', { headers: { host } }), host).toMatchObject({ status: 200 });
    }
    for (const host of ['rebound.example', 'localhost.example:1']) {
      expect(await get('/metrics', { headers: { host } }), host).toMatchObject({ status: 421 });
    }
  });

  test('with a token answers to nobody without it, whatever is asked', async () => {
    const get = await serve({ token: TOKEN });
    const authorizations = [undefined, 'Bearer', `Bearer ${TOKEN}x`, `Basic ${TOKEN}`, TOKEN];
    for (const authorization of authorizations) {
      for (const path of ['/healthz', '/readyz', '/metrics', '/']) {
        const headers = authorization === undefined ? {} : { authorization };
        expect(await get(path, { headers }), `${authorization} ${path}`).toMatchObject({ status: 401 });
      }
    }
    const headers = { authorization: `Bearer ${TOKEN}`, host: 'rack1.example' };
    expect(await get('/healthz', { headers })).toMatchObject({ status: 200 });
  });

  test('that cannot be read is a 503 with the reason', async () => {
    const broken = () => Promise.reject(new Error('the meter is out of reach'));
    const get = await serve({}, { readiness: broken, metrics: broken });
    expect(await get('/metrics')).toEqual({ status: 503, body: 'the meter is out of reach\n' });
    expect((await get('/healthz')).status).toBe(200);
  });

  test('on a port that is taken is an error of the input', async () => {
    const server = await startHealthServer({ host: '127.0.0.1', port: 0 }, SOUND);
    onTestFinished(() => server.close());
    const port = Number(new URL(server.url).port);
    const taken = startHealthServer({ host: '127.0.0.1', port }, SOUND);
    expect(await failure(taken)).toMatchObject({
      kind: 'input',
      message: `The health page cannot listen on 127.0.0.1:${port} (EADDRINUSE)`,
    });
  });
});

const SOUND: HealthSource = { readiness: async () => undefined, metrics: async () => '' };

interface Answer {
  readonly status: number | undefined;
  readonly body: string;
}

/** A page on a free port, and how to ask it (`fetch` would not send another Host). */
async function serve(settings: Partial<HealthSettings>, source: HealthSource = SOUND) {
  const server = await startHealthServer({ host: '127.0.0.1', port: 0, ...settings }, source);
  onTestFinished(() => server.close());
  return (path: string, options: { method?: string; headers?: Record<string, string> } = {}) =>
    new Promise<Answer>((resolve, reject) => {
      const sent = request(`${server.url}${path}`, { agent: false, ...options }, (response) => {
        let body = '';
        response.setEncoding('utf8').on('data', (text: string) => {
          body += text;
        });
        response.on('end', () => resolve({ status: response.statusCode, body }));
      });
      sent.on('error', reject).end();
    });
}
