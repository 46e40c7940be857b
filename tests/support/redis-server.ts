import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Redis } from 'ioredis';
import { freePorts } from '../../src/embedded/ports.ts';

/** A real redis-server of a test's own: a free port, a folder and a config of its own, ended by its process id. */

export interface RedisServerOptions {
  /** Lines of redis.conf beyond port, folder and loopback; default a log that is written before every answer. */
  readonly config?: readonly string[];
  /** For the readiness check when the config asks for them. */
  readonly password?: string;
}

export interface RedisServer {
  readonly port: number;
  readonly url: string;
  readonly dir: string;
  /** SIGKILL, and wait until it is gone. */
  kill(): Promise<void>;
  /** The same port, folder and config again; resolves when it answers. */
  restart(): Promise<void>;
  /** SIGSTOP and SIGCONT: it is there and does not answer. */
  signal(name: 'SIGSTOP' | 'SIGCONT'): void;
  /** A plain client for what a test does behind the store's back; closed by `stop`. */
  client(): Redis;
  /** Ends the server and removes its folder. */
  stop(): Promise<void>;
}

export async function startRedisServer(options: RedisServerOptions = {}): Promise<RedisServer> {
  const dir = await mkdtemp(join(tmpdir(), 'arbtune-redis-'));
  const port = await freePort();
  const config = options.config ?? ['appendonly yes', 'appendfsync always'];
  const file = join(dir, 'redis.conf');
  await writeFile(
    file,
    [
      'bind 127.0.0.1',
      `port ${port}`,
      `dir ${dir}`,
      'save ""',

      'logfile redis.log',
      ...config,
      '',
    ].join('\n'),
  );
  let server: ChildProcess | undefined;
  const clients: Redis[] = [];
  const start = async () => {
    server = spawn('redis-server', [file], { stdio: 'ignore' });
    await untilItAnswers(port, server, options.password);
  };
  const kill = async () => {
    if (server === undefined || server.exitCode !== null || server.signalCode !== null) return;
    const gone = once(server, 'exit');
    server.kill('SIGKILL');
    await gone;
  };
  const abandoned = () => {
    server?.kill('SIGKILL');
  };
  process.once('exit', abandoned);
  await start();
  return {
    port,
    dir,
    url: `redis://127.0.0.1:${port}`,
    kill,
    restart: start,
    signal: (name) => void server?.kill(name),
    client() {
      const client = quietClient(port, options.password);
      clients.push(client);
      return client;
    },
    async stop() {
      process.off('exit', abandoned);
      for (const client of clients) client.disconnect();
      // SIGKILL: it may refuse SIGTERM. A child of it that still writes a file ends a moment later.
      await kill();
      await rm(dir, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
    },
  };
}

/** Of nobody, on any machine: the system gives it to no program, and refuses whoever asks for it. */
export const NOBODYS_PORT = 1;

/** A port that was free a moment ago, and that no connection of anybody's takes meanwhile. */
export async function freePort(): Promise<number> {
  const [port] = await freePorts(1);
  if (port === undefined) throw new Error('no port');
  return port;
}

async function untilItAnswers(port: number, server: ChildProcess, password?: string): Promise<void> {
  const died = once(server, 'exit').then(() => {
    throw new Error(`redis-server ended before it answered on port ${port}`);
  });
  died.catch(() => {}); // It ends one day; only an end before readiness matters here.
  const client = quietClient(port, password);
  try {
    await Promise.race([client.ping(), died]);
  } finally {
    client.disconnect();
  }
}

/** Keeps trying until the server is there. */
function quietClient(port: number, password?: string): Redis {
  const client = new Redis({
    host: '127.0.0.1',
    port,
    ...(password === undefined ? {} : { password }),
    maxRetriesPerRequest: null,
    retryStrategy: () => 20,
  });
  client.on('error', () => {});
  return client;
}
