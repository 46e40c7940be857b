import { once } from 'node:events';
import { createServer, connect as openSocket, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { RandomStream } from '../../src/search-space/random-stream.ts';

/** A network that can be made bad: a TCP proxy on the loopback address whose whims come from a seeded stream. */

export type Network =
  | { readonly kind: 'good' }
  /** Each piece of data waits for a random time up to this. */
  | { readonly kind: 'slow'; readonly upToMs: number }
  /** Each piece of data may be the last of its connection, which is then reset. */
  | { readonly kind: 'lossy'; readonly chance: number }
  /** Connections stand, and nothing passes; what was sent arrives when the network is good again. */
  | { readonly kind: 'stalled' }
  /** Connections stand, and whatever was sent or comes later on them is gone: neither end is told. */
  | { readonly kind: 'half-open' }
  /** Every connection is reset, a new one refused. */
  | { readonly kind: 'cut' };

export interface TcpProxy {
  readonly port: number;
  /** Connections that a lossy network has ended. */
  readonly losses: number;
  /** From now on, for the connections there are as well. */
  become(network: Network): void;
  close(): Promise<void>;
}

interface Link {
  readonly client: Socket;
  readonly upstream: Socket;
  /** Nothing passes on it any more. */
  isDead: boolean;
}

export async function startTcpProxy(target: number, random: RandomStream): Promise<TcpProxy> {
  const links = new Set<Link>();
  let network: Network = { kind: 'good' };
  let changed = Promise.withResolvers<void>();
  let losses = 0;

  const reset = ({ client, upstream }: Link) => {
    client.resetAndDestroy();
    upstream.resetAndDestroy();
  };

  /** Lets one piece of data through, in its time; false when its connection is done for. */
  const passes = async (link: Link): Promise<boolean> => {
    while (network.kind === 'stalled') await changed.promise;
    if (network.kind === 'slow') await delay(random() * network.upToMs);
    if (network.kind === 'lossy' && random() < network.chance) {
      losses += 1;
      reset(link);
    }
    return !link.isDead && !link.client.destroyed && !link.upstream.destroyed;
  };

  const carry = (link: Link, from: Socket, to: Socket) => {
    let before = Promise.resolve();
    from.on('data', (data) => {
      from.pause();
      before = before.then(async () => {
        if ((await passes(link)) && !to.write(data)) await once(to, 'drain').catch(() => {});
        from.resume();
      });
    });
    from.on('end', () => void before.then(() => link.isDead || to.end()));
  };

  const server = createServer({ allowHalfOpen: true }, (client) => {
    client.on('error', () => {});
    if (network.kind === 'cut') {
      client.resetAndDestroy();
      return;
    }
    const upstream = openSocket({ port: target, host: '127.0.0.1', allowHalfOpen: true });
    const link: Link = { client, upstream, isDead: network.kind === 'half-open' };
    links.add(link);
    const forget = () => {
      // Nobody tells the other end of a dead connection.
      if (!link.isDead) reset(link);
      if (client.destroyed && upstream.destroyed) links.delete(link);
    };
    for (const socket of [client, upstream])
      socket
        .setNoDelay(true)
        .on('error', () => {})
        .on('close', forget);
    carry(link, client, upstream);
    carry(link, upstream, client);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return {
    port: address.port,
    get losses() {
      return losses;
    },
    become(next) {
      network = next;
      changed.resolve();
      changed = Promise.withResolvers();
      if (next.kind === 'cut') for (const link of links) reset(link);
      if (next.kind === 'half-open') for (const link of links) link.isDead = true;
    },
    async close() {
      const closed = once(server, 'close');
      server.close();
      for (const link of links) reset(link);
      network = { kind: 'cut' };
      changed.resolve();
      await closed;
    },
  };
}
