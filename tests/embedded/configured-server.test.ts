import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { Connection } from '@temporalio/client';
import { describe, expect, inject, onTestFinished, test } from 'vitest';
import { isHealthy } from '../../src/embedded/dev-server.ts';
import { ensureTemporal } from '../../src/embedded/ensure-temporal.ts';
import type { Environment } from '../../src/embedded/home.ts';
import { homeLayout, makePrivateFolder } from '../../src/embedded/home.ts';
import { choosePorts, isListening, LOOPBACK } from '../../src/embedded/ports.ts';
import { runDevServer } from '../../src/embedded/run-dev-server.ts';
import { findTemporalCli } from '../../src/embedded/temporal-cli.mjs';
import { REQUIRED_ATTRIBUTES } from '../../src/workflows/search-attributes.ts';
import { awakeMs } from '../support/awake-time.ts';
import { cleanEnvironment, temporaryFolder } from '../support/environment.ts';
import { startProcess, type TestProcess, waitUntil } from '../support/processes.ts';
import { NOBODYS_PORT } from '../support/redis-server.ts';

const NAMES = REQUIRED_ATTRIBUTES.map(({ name }) => name).sort();

function ensure(environment: Environment, home: string) {
  return ensureTemporal({ home, environment, log: () => {} });
}

/** A stock server that knows none of our search attributes. */
async function startStockServer(
  folder: string,
  database?: string,
): Promise<TestProcess & { address: string }> {
  const cli = findTemporalCli(process.env);
  if (!cli) throw new Error('Set-up brings the Temporal CLI');
  const ports = await choosePorts(folder, undefined);
  const { grpc, http } = ports;
  const flags = ['--ip', LOOPBACK, '--port', String(grpc), '--http-port', String(http), '--headless'];
  const file = database ? ['--db-filename', database] : [];
  const server = startProcess(cli, ['server', 'start-dev', ...flags, ...file]);
  onTestFinished(async () => {
    await server.kill('SIGTERM');
  });
  await waitUntil(() => isHealthy(ports), 60_000);
  return { ...server, address: `${LOOPBACK}:${grpc}` };
}

async function attributesOf(address: string): Promise<string[]> {
  const connection = await Connection.connect({ address });
  const { customAttributes } = await connection.operatorService.listSearchAttributes({
    namespace: 'default',
  });
  await connection.close();
  return Object.keys(customAttributes ?? {}).sort();
}

describe('a configured Temporal service', () => {
  test('named by TEMPORAL_ADDRESS is used, and nothing of ours is started or written', async () => {
    const home = join(temporaryFolder(), 'home');
    const address = inject('temporalAddress');
    const server = await ensure(cleanEnvironment({ TEMPORAL_ADDRESS: address }), home);

    expect(server).toMatchObject({ address, namespace: 'default', owned: false, connection: { address } });
    expect(server.uiUrl).toBeUndefined();
    await server.release();
    expect(await isListening(Number(address.split(':')[1]))).toBe(true);
    expect(existsSync(home)).toBe(false);
  });

  test('named by a profile of the configuration file is used', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'temporal.toml');
    const address = inject('temporalAddress');
    writeFileSync(file, `[profile.desk]\naddress = "${address}"\nnamespace = "default"\n`);
    const environment = cleanEnvironment({ TEMPORAL_CONFIG_FILE: file, TEMPORAL_PROFILE: 'desk' });

    expect(await ensure(environment, join(folder, 'home'))).toMatchObject({ address, owned: false });
  });

  test('is given the search attributes that it lacks, once', async () => {
    const folder = temporaryFolder();
    const { address } = await startStockServer(folder);
    expect(await attributesOf(address)).not.toEqual(expect.arrayContaining(NAMES));

    for (const _ of ['first', 'again']) {
      await ensure(cleanEnvironment({ TEMPORAL_ADDRESS: address }), folder);
      expect(await attributesOf(address)).toEqual(expect.arrayContaining(NAMES));
    }
  });

  test('that nobody serves is an error with its address, within 10 s', async () => {
    const home = join(temporaryFolder(), 'home');
    const address = `${LOOPBACK}:${NOBODYS_PORT}`;
    const ensuring = ensure(cleanEnvironment({ TEMPORAL_ADDRESS: address }), home);
    const took = awakeMs(ensuring);

    await expect(ensuring).rejects.toMatchObject({
      kind: 'unreachable',
      message: `Temporal at ${address} does not answer (tried for 6 s); start it, or change TEMPORAL_ADDRESS or the Temporal profile.`,
    });
    expect(await took).toBeLessThan(10_000);
    expect(existsSync(home)).toBe(false);
  });

  test('that accepts and never answers is the same error, within 10 s', async () => {
    const silent = createServer(() => {});
    await new Promise<void>((resolve) => silent.listen(0, LOOPBACK, resolve));
    onTestFinished(() => void silent.close());
    const bound = silent.address();
    const address = `${LOOPBACK}:${typeof bound === 'object' ? bound?.port : ''}`;
    const ensuring = ensure(cleanEnvironment({ TEMPORAL_ADDRESS: address }), '/nowhere');
    const took = awakeMs(ensuring);

    await expect(ensuring).rejects.toMatchObject({
      kind: 'unreachable',
      message: expect.stringContaining(address),
    });
    expect(await took).toBeLessThan(10_000);
  });

  test('keeps `dev` from starting an embedded one', async () => {
    const home = join(temporaryFolder(), 'home');
    const address = inject('temporalAddress');
    const environment = cleanEnvironment({ TEMPORAL_ADDRESS: address });
    const dev = runDevServer({ home, environment, log: () => {}, onReady: () => {} });
    await expect(dev).rejects.toMatchObject({ kind: 'input', message: expect.stringContaining(address) });
    expect(existsSync(home)).toBe(false);
  });

  test('without the namespace is an error that names both', async () => {
    const address = inject('temporalAddress');
    const environment = cleanEnvironment({ TEMPORAL_ADDRESS: address, TEMPORAL_NAMESPACE: 'desk' });
    await expect(ensure(environment, '/nowhere')).rejects.toMatchObject({
      kind: 'unreachable',
      message: `Temporal at ${address} has no namespace "desk"; create it, or change TEMPORAL_NAMESPACE.`,
    });
  });

  test('whose configuration cannot be read is an error of the input', async () => {
    const folder = temporaryFolder();
    const file = join(folder, 'temporal.toml');
    writeFileSync(file, '[profile.desk\n');
    await expect(ensure(cleanEnvironment({ TEMPORAL_CONFIG_FILE: file }), folder)).rejects.toMatchObject({
      kind: 'input',
      message: expect.stringMatching(/^The Temporal configuration cannot be used: .+/),
    });
  });
});

test('a database from before a search attribute existed is given it', async () => {
  const home = temporaryFolder();
  const { folder, database } = homeLayout(home).temporal;
  makePrivateFolder(folder);
  const old = await startStockServer(home, database);
  await old.kill('SIGTERM');
  expect(readdirSync(folder)).toContain('temporal.sqlite');

  const server = await ensure(cleanEnvironment(), home);
  onTestFinished(() => server.release({ untilEnded: true }));
  expect(await attributesOf(server.address)).toEqual(expect.arrayContaining(NAMES));
});
