import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { Connection } from '@temporalio/client';
import proto from '@temporalio/proto';
import { stringify } from 'yaml';
import { LOOPBACK } from '../../src/embedded/ports.ts';
import type { TemporalServerPrograms } from '../setup/temporal-server.mjs';
import { type Service, startService } from './service.ts';

/** The Temporal server on PostgreSQL, its four services in one process, with the settings of docker-compose.yml. */

export interface TemporalOptions {
  readonly programs: TemporalServerPrograms;
  readonly folder: string;
  readonly postgres: { readonly port: number; readonly user: string; readonly password: string };
  /** The first is where clients connect. */
  readonly ports: readonly number[];
}

/** The ports that the server's four services take. */
export const TEMPORAL_PORTS = 9;

const { Duration } = proto.google.protobuf;
const DYNAMIC_CONFIG = fileURLToPath(new URL('../../deploy/temporal/dynamic-config.yaml', import.meta.url));
const SCHEMA_SCRIPT = fileURLToPath(new URL('../../deploy/temporal/set-up-schema.sh', import.meta.url));
const DATABASES = { default: 'temporal', visibility: 'temporal_visibility' };
/** Never to be changed in a deployment that has run. */
const HISTORY_SHARDS = 4;
const NAMESPACE = 'default';
const RETENTION_DAYS = 30;
const SECONDS_PER_DAY = 86_400;
const READY_LIMIT_MS = 60_000;
const CALL_LIMIT_MS = 5_000;
const ALREADY_EXISTS = 6;

export async function startTemporal(options: TemporalOptions): Promise<Service> {
  const folder = join(options.folder, 'temporal');
  mkdirSync(join(folder, 'config'), { recursive: true });
  setUpSchema(options);
  writeFileSync(join(folder, 'config', 'native.yaml'), stringify(serverConfig(options)), { mode: 0o600 });
  const address = `${LOOPBACK}:${options.ports[0]}`;
  const service = await startService({
    name: 'temporal',
    command: options.programs.server,
    args: ['--root', folder, '--config', 'config', '--env', 'native', '--allow-no-auth', 'start'],
    ...{ folder, logs: options.folder },
    // It would drain for eight seconds, for a database that goes with it.
    stopSignal: 'SIGKILL',
    isReady: () => isServing(address),
  });
  try {
    await Promise.race([createNamespace(address), service.failure]);
    return service;
  } catch (error) {
    await service.stop();
    throw error;
  }
}

function setUpSchema({ programs, postgres }: TemporalOptions): void {
  execFileSync('sh', [SCHEMA_SCRIPT], {
    stdio: 'pipe',
    env: {
      ...process.env,
      ...{ SQL_TOOL: programs.sqlTool, SQL_HOST: LOOPBACK, SQL_PORT: String(postgres.port) },
      ...{ SQL_USER: postgres.user, SQL_PASSWORD: postgres.password },
    },
  });
}

function serverConfig({ postgres, ports }: TemporalOptions): unknown {
  const [frontend = 0, http, ...others] = ports;
  const port = () => others.shift();
  const rpc = (grpcPort = port()) => ({ grpcPort, membershipPort: port(), bindOnLocalHost: true });
  const sql = (databaseName: string, maxConns: number) => ({
    sql: {
      ...{ pluginName: 'postgres12', databaseName, connectProtocol: 'tcp' },
      ...{ connectAddr: `${LOOPBACK}:${postgres.port}`, user: postgres.user, password: postgres.password },
      ...{ maxConns, maxIdleConns: maxConns, maxConnLifetime: '1h' },
    },
  });
  return {
    log: { stdout: true, level: 'warn' },
    persistence: {
      numHistoryShards: HISTORY_SHARDS,
      defaultStore: 'default',
      visibilityStore: 'visibility',
      datastores: { default: sql(DATABASES.default, 20), visibility: sql(DATABASES.visibility, 10) },
    },
    global: { membership: { maxJoinDuration: '30s', broadcastAddress: LOOPBACK } },
    services: {
      frontend: { rpc: { ...rpc(frontend), httpPort: http } },
      history: { rpc: rpc() },
      matching: { rpc: rpc() },
      worker: { rpc: rpc() },
    },
    clusterMetadata: {
      ...{ enableGlobalNamespace: false, failoverVersionIncrement: 10 },
      ...{ masterClusterName: 'active', currentClusterName: 'active' },
      clusterInformation: {
        active: {
          ...{ enabled: true, initialFailoverVersion: 1, rpcName: 'frontend' },
          rpcAddress: `${LOOPBACK}:${frontend}`,
        },
      },
    },
    dynamicConfigClient: { filepath: DYNAMIC_CONFIG, pollInterval: '60s' },
  };
}

async function isServing(address: string): Promise<boolean> {
  try {
    const connection = await Connection.connect({ address, connectTimeout: CALL_LIMIT_MS });
    await connection.close();
    return true;
  } catch {
    return false;
  }
}

/** A server that answers may still be finding its own services: asked again until it is done, and known to all of them. */
async function createNamespace(address: string): Promise<void> {
  const connection = await Connection.connect({ address });
  const deadline = performance.now() + READY_LIMIT_MS;
  const workflowExecutionRetentionPeriod = Duration.fromObject({ seconds: RETENTION_DAYS * SECONDS_PER_DAY });
  const attempt = async () => {
    await connection.workflowService
      .registerNamespace({ namespace: NAMESPACE, workflowExecutionRetentionPeriod })
      .catch((error: unknown) => {
        if (!(error instanceof Error && 'code' in error && error.code === ALREADY_EXISTS)) throw error;
      });
    await connection.workflowService.listWorkflowExecutions({ namespace: NAMESPACE });
  };
  try {
    for (;;) {
      try {
        await connection.withDeadline(Date.now() + CALL_LIMIT_MS, attempt);
        return;
      } catch (error) {
        if (performance.now() > deadline) throw error;
        await delay(200);
      }
    }
  } finally {
    await connection.close();
  }
}
