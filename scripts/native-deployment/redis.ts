import { mkdirSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { LOOPBACK } from '../../src/embedded/ports.ts';
import { type Service, startService } from './service.ts';

/** A Redis with the settings of docker-compose.yml: an append-only file, no eviction, a password. */

export interface RedisOptions {
  readonly program: string;
  readonly folder: string;
  readonly port: number;
  readonly password: string;
}

const CONFIG = fileURLToPath(new URL('../../deploy/redis/redis.conf', import.meta.url));

export async function startRedis({ program, folder, port, password }: RedisOptions): Promise<Service> {
  const data = join(folder, 'redis');
  mkdirSync(data, { mode: 0o700 });
  return await startService({
    name: 'redis',
    command: program,
    args: [CONFIG, '--bind', LOOPBACK, '--port', String(port), '--dir', data, '--requirepass', password],
    ...{ folder: data, logs: folder },
    isReady: () => answers(port, password),
  });
}

/** A port that listens may still be loading its log: it is asked. */
function answers(port: number, password: string): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, LOOPBACK, () => socket.write(`AUTH ${password}\r\nPING\r\n`));
    let said = '';
    const settle = (answer: boolean) => {
      socket.destroy();
      resolve(answer);
    };
    socket.setEncoding('utf8').on('data', (text: string) => {
      said += text;
      if (said.split('\r\n').length > 2) settle(said.includes('+PONG'));
    });
    socket.on('error', () => settle(false)).on('close', () => settle(false));
  });
}
