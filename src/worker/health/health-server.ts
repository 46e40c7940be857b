import { createHash, timingSafeEqual } from 'node:crypto';
import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { ArbtuneError } from '../../errors.ts';
import { errorCode, messageOf } from '../../foreign-errors.ts';
import { type HealthSettings, isLoopback } from './health-settings.ts';

/** A worker's health over HTTP: `/healthz` (it lives), `/readyz` (it takes work) and `/metrics` (Prometheus). */

export interface HealthSource {
  /** Why the worker takes no work now; undefined when it does. */
  readiness(): Promise<string | undefined>;
  /** In Prometheus' text format. */
  metrics(): Promise<string>;
}

export interface HealthServer {
  readonly url: string;
  close(): Promise<void>;
}

interface Answer {
  readonly status: number;
  readonly body: string;
  readonly type?: string;
}

const PROMETHEUS_TEXT = 'text/plain; version=0.0.4; charset=utf-8';

/** @throws ArbtuneError `input` when it cannot listen there */
export async function startHealthServer(
  settings: HealthSettings,
  source: HealthSource,
): Promise<HealthServer> {
  const server = createServer((request, response) => {
    answer(settings, source, request).then(({ status, body, type = 'text/plain; charset=utf-8' }) => {
      response.writeHead(status, {
        ...{ 'content-type': type, 'cache-control': 'no-store', 'x-content-type-options': 'nosniff' },
        ...(status === 401 ? { 'www-authenticate': 'Bearer' } : {}),
      });
      response.end(request.method === 'HEAD' ? '' : body);
    });
  });
  const { host, port } = settings;
  server.listen(port, host);
  try {
    await once(server, 'listening');
  } catch (error) {
    const code = errorCode(error) ?? String(error);
    throw new ArbtuneError('input', `The health page cannot listen on ${host}:${port} (${code})`, {
      cause: error,
    });
  }
  const bound = server.address() as AddressInfo;
  return {
    url: `http://${bound.family === 'IPv6' ? `[${bound.address}]` : bound.address}:${bound.port}`,
    async close() {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

async function answer(
  { host, token }: HealthSettings,
  source: HealthSource,
  request: IncomingMessage,
): Promise<Answer> {
  // A page in a browser may point a name of its own at this machine; with a token it gets nothing for that.
  if (token === undefined && !isAddressedTo(host, request.headers.host ?? ''))
    return { status: 421, body: 'Unknown host\n' };
  if (token !== undefined && !isSame(request.headers.authorization ?? '', `Bearer ${token}`))
    return { status: 401, body: 'Expected the token of ARBTUNE_HEALTH_TOKEN as `Authorization: Bearer`\n' };
  if (request.method !== 'GET' && request.method !== 'HEAD') return { status: 405, body: 'Only GET\n' };
  try {
    return await page(new URL(request.url ?? '/', 'http://worker').pathname, source);
  } catch (error) {
    return { status: 503, body: `${messageOf(error)}\n` };
  }
}

async function page(path: string, source: HealthSource): Promise<Answer> {
  switch (path) {
    case '/healthz':
      return { status: 200, body: 'alive\n' };
    case '/readyz': {
      const why = await source.readiness();
      return why === undefined ? { status: 200, body: 'ready\n' } : { status: 503, body: `${why}\n` };
    }
    case '/metrics':
      return { status: 200, body: await source.metrics(), type: PROMETHEUS_TEXT };
    default:
      return { status: 404, body: 'Only /healthz, /readyz and /metrics\n' };
  }
}

function isAddressedTo(host: string, header: string): boolean {
  const name = header.replace(/:\d+$/, '').replace(/^\[|\]$/g, '');
  return name === host || isLoopback(name);
}

/** Hashed, so that neither the comparison's time nor a difference in length tells anything. */
function isSame(given: string, wanted: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(given), digest(wanted));
}
