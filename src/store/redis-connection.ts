import { readFileSync } from 'node:fs';
import type { RedisOptions } from 'ioredis';
import { ArbtuneError } from '../errors.ts';
import { errorCode } from '../foreign-errors.ts';

/**
 * Where Redis is and how to talk to it. Credentials come from the environment or a file, and leave this module only
 * inside the client's options.
 */

export type Environment = Readonly<Record<string, string | undefined>>;

/** Longest wait for a connection: a wrong address must say so while someone is looking. */
export const CONNECT_TIMEOUT_MS = 3_000;
/** Longest wait for an answer: beyond it the connection counts as dead (a half-open one never answers). */
export const COMMAND_TIMEOUT_MS = 5_000;
/** The client keeps trying in the background; a caller never waits longer than CONNECT_TIMEOUT_MS for it. */
const MAX_RECONNECT_DELAY_MS = 1_000;

export interface RedisTarget {
  /** For messages: credentials masked. */
  readonly address: string;
  readonly hasPassword: boolean;
  readonly options: RedisOptions & { readonly replyMapping: 'legacy' };
}

/**
 * @param url `redis://` or `rediss://` (TLS), `[user[:password]@]host[:port][/database]`.
 * @param environment `REDIS_USERNAME`, `REDIS_PASSWORD` or `REDIS_PASSWORD_FILE` where the URL has none;
 *   `REDIS_CA_FILE` (PEM) for a certificate that the system does not know.
 * @throws ArbtuneError `input` when the URL or a file it needs is wrong; the message never repeats a credential.
 */
export function redisTarget(url: string, environment: Environment): RedisTarget {
  const parsed = parseUrl(url);
  const tls = parsed.protocol === 'rediss:';
  const username = decode(parsed.username) || environment.REDIS_USERNAME;
  const password = decode(parsed.password) || environment.REDIS_PASSWORD || secretFile(environment);
  const host = parsed.hostname.replace(/^\[|\]$/g, '') || '127.0.0.1';
  const port = parsed.port === '' ? 6379 : Number(parsed.port);
  const masked = username || password ? '***@' : '';
  return {
    address: `${parsed.protocol}//${masked}${parsed.hostname || host}:${port}`,
    hasPassword: Boolean(password),
    options: {
      host,
      port,
      db: database(parsed.pathname),
      ...(username ? { username } : {}),
      ...(password ? { password } : {}),
      ...(tls ? { tls: certificateAuthority(environment) } : {}),
      lazyConnect: true,
      connectTimeout: CONNECT_TIMEOUT_MS,
      commandTimeout: COMMAND_TIMEOUT_MS,
      // A command is either answered now or fails: the caller retries, nothing is sent late from a hidden queue.
      enableOfflineQueue: false,
      autoResendUnfulfilledCommands: false,
      maxRetriesPerRequest: 0,
      retryStrategy: (times) => Math.min(50 * 2 ** Math.min(times, 6), MAX_RECONNECT_DELAY_MS),
      // RESP2 and no CLIENT SETINFO: fewer commands that an ACL user would have to be allowed.
      protocol: 2,
      replyMapping: 'legacy',
      disableClientInfo: true,
    },
  };
}

function parseUrl(url: string): URL {
  const wrong = (why: string) =>
    new ArbtuneError(
      'input',
      `The Redis address (REDIS_URL) ${why}; expected redis://[user:password@]host[:port][/database], or rediss:// for TLS.`,
    );
  let parsed: URL;
  try {
    parsed = new URL(url);
  } catch {
    throw wrong('is not a URL');
  }
  if (parsed.protocol !== 'redis:' && parsed.protocol !== 'rediss:') {
    // What stands there instead may be a password.
    throw wrong('does not begin with redis:// or rediss://');
  }
  if (!/^\/?\d*$/.test(parsed.pathname))
    throw wrong('ends in something that is not the number of a database');
  return parsed;
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

function database(pathname: string): number {
  return Number(pathname.slice(1) || '0');
}

function secretFile(environment: Environment): string | undefined {
  const path = environment.REDIS_PASSWORD_FILE;
  return path ? readText('REDIS_PASSWORD_FILE', path).trim() : undefined;
}

function certificateAuthority(environment: Environment): { ca?: string } {
  const path = environment.REDIS_CA_FILE;
  return path ? { ca: readText('REDIS_CA_FILE', path) } : {};
}

function readText(variable: string, path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    const code = errorCode(error) ?? 'unreadable';
    throw new ArbtuneError('input', `${variable} names a file that cannot be read: ${path} (${code}).`);
  }
}
