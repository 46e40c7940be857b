import { Redis } from 'ioredis';
import type { RedisTarget } from './redis-connection.ts';

/** A client and the wait for it to be usable. */

/** A client that is not yet connected. */
export function redisClient(target: RedisTarget): Redis {
  return new Redis(target.options);
}

/**
 * Resolves once the client can take commands. The first connection fails at its first error, so that a wrong
 * address is said at once; a later one waits for the client's own reconnecting.
 */
export function waitUntilReady(
  client: Redis,
  timeoutMs: number,
  lastError: () => Error | undefined,
): Promise<void> {
  if (client.status === 'ready') return Promise.resolve();
  const first = client.status === 'wait';
  return new Promise((resolve, reject) => {
    const settle = (outcome: () => void) => {
      clearTimeout(timer);
      client.off('ready', onReady).off('error', onError).off('end', onEnd);
      outcome();
    };
    const onReady = () => settle(resolve);
    const onError = (error: Error) => {
      if (first || error.name === 'ReplyError') settle(() => reject(error));
    };
    const onEnd = () => settle(() => reject(lastError() ?? new Error('Connection is closed.')));
    const timer = setTimeout(() => {
      const waited = new Error(`no connection within ${timeoutMs / 1000} s, timed out`);
      settle(() => reject(lastError() ?? waited));
    }, timeoutMs);
    client.on('ready', onReady).on('error', onError).on('end', onEnd);
    if (client.status === 'end') onEnd();
    else if (first) client.connect().catch(() => {}); // The error arrives as an event too.
  });
}
