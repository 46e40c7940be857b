import { randomBytes } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePorts, LOOPBACK } from '../../src/embedded/ports.ts';
import { startPostgres } from './postgres.ts';
import type { Programs } from './programs.ts';
import { startRedis } from './redis.ts';
import type { Service } from './service.ts';
import { startTemporal, TEMPORAL_PORTS } from './temporal.ts';

/**
 * The services of docker-compose.yml without containers, for tests and measurements: PostgreSQL, the Temporal server and
 * Redis as processes of this machine, on free loopback ports and in a temporary folder that is gone when they end.
 */

export interface NativeDeployment {
  readonly folder: string;
  /** What workers and clients of it need in their environment. */
  readonly environment: Readonly<Record<string, string>>;
  readonly services: readonly Service[];
  /** Ends every service by its own process id, last one first. */
  stop(): Promise<void>;
}

const USER = 'temporal';

export async function startDeployment(
  programs: Programs,
  log: (line: string) => void = () => {},
): Promise<NativeDeployment> {
  const folder = mkdtempSync(join(tmpdir(), 'arbtune-native-'));
  chmodSync(folder, 0o711); // PostgreSQL may run as another user.
  const [postgresPort = 0, redisPort = 0, ...ports] = await freePorts(2 + TEMPORAL_PORTS);
  const postgres = { port: postgresPort, user: USER, password: randomBytes(12).toString('hex') };
  const redisPassword = randomBytes(12).toString('hex');
  const services: Service[] = [];
  const start = async (starting: Promise<Service>) => {
    const began = performance.now();
    const service = await starting;
    services.push(service);
    log(`${service.name} is up, process ${service.pid} (${Math.round(performance.now() - began)} ms)`);
  };
  const stop = async () => {
    for (const service of services.toReversed()) await service.stop();
    rmSync(folder, { recursive: true, force: true, maxRetries: 10, retryDelay: 50 });
  };
  try {
    await start(startRedis({ program: programs.redis, folder, port: redisPort, password: redisPassword }));
    await start(startPostgres({ programs: programs.postgres, folder, ...postgres }));
    await start(startTemporal({ programs: programs.temporal, folder, postgres, ports }));
  } catch (error) {
    await stop();
    throw error;
  }
  const environment = {
    TEMPORAL_ADDRESS: `${LOOPBACK}:${ports[0]}`,
    REDIS_URL: `redis://${LOOPBACK}:${redisPort}`,
    REDIS_PASSWORD: redisPassword,
  };
  return { folder, environment, services, stop };
}
