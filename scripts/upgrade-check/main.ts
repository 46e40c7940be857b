import { mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { isDeepStrictEqual } from 'node:util';
import { TuningClient } from '../../src/client/tuning-client.ts';
import { ensureTemporal } from '../../src/embedded/ensure-temporal.ts';
import { slowConfig } from '../../tests/system/support/configs.ts';
import { figures } from '../../tests/system/support/figures.ts';
import {
  checkOut,
  checkout,
  kill,
  type Release,
  type Running,
  removeWorktree,
  runCommand,
  startCommand,
} from './release.ts';

/**
 * `npm run upgrade-check -- <git-ref>`: whether sessions that the release of that commit began are ended by this one's
 * workers, with the figures that this release finds alone. Each is caught half-way, and its worker killed.
 */

const TRIALS = 32;
const LIMIT_MS = 180_000;

/** What has ways of its own through the workflow. */
const SESSIONS = {
  random: { method: 'random' },
  grid: { method: 'grid', grid_points: 4 },
  'in-sequence': { method: 'bayesian', parallelism: 1 },
  parallel: { method: 'bayesian', parallelism: 4 },
  asynchronous: { method: 'bayesian', parallelism: 3, ordering: 'asynchronous' },
  pruned: { method: 'random', pruner: { max_error: 0.1 }, scenarios: ['scenario.yaml', 'second.yaml'] },
};
/** Where the order in which trials end decides, two runs never have the same figures. */
const UNREPEATABLE = ['asynchronous'];

const ref = process.argv[2];
const log = (line: string) => console.error(line);
if (ref === undefined) {
  log('Usage: npm run upgrade-check -- <git-ref>');
  process.exit(2);
}

const folder = mkdtempSync(join(tmpdir(), 'arbtune-upgrade-'));
const home = join(folder, 'home');
const clean = Object.fromEntries(
  Object.entries(process.env).filter(([name]) => !/^(TEMPORAL_|ARBTUNE_|REDIS_)/.test(name)),
);
const server = await ensureTemporal({ home, environment: clean, log });
const environment = { ...clean, ARBTUNE_HOME: home, TEMPORAL_ADDRESS: server.address };
const client = await TuningClient.connect({ server, env: 'local', mode: 'paper' });
const current: Release = { name: 'this release', folder: checkout };
try {
  const old = await checkOut(ref, join(folder, 'release'), log);
  for (const [name, tuning] of Object.entries(SESSIONS)) await check(old, name, tuning);
  log(`Every session of ${old.name} was ended by this release.`);
} catch (error) {
  log(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
} finally {
  await client.close();
  await server.release({ untilEnded: true });
  removeWorktree(join(folder, 'release'));
  rmSync(folder, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
}

async function check(old: Release, name: string, tuning: Readonly<Record<string, unknown>>): Promise<void> {
  const own = join(folder, name);
  mkdirSync(own);
  const config = slowConfig(own, tuning, 120);
  const scenario = readFileSync(join(own, 'scenario.yaml'), 'utf8');
  writeFileSync(join(own, 'second.yaml'), scenario.replace('many-quotes', 'as-many-quotes'));
  const csv = join(own, 'upgraded.csv');
  const flags = (out: string) => ['--config', config, '--iterations', String(TRIALS), '--output-csv', out];
  const workers: Running[] = [];
  const work = (release: Release, id: string) => {
    workers.push(startCommand(release, ['worker', '--worker-id', id], own, environment));
  };
  let at = 0;
  try {
    work(old, 'before');
    await runCommand(old, ['start', ...flags(csv), '--session-id', name], own, environment);
    await until(`${name} has begun`, async () => (await client.status(name)).completed > 0);
    // What is in flight goes on while nothing new begins: it dies with the worker.
    at = (await client.pause(name)).completed;
    await Promise.all(workers.map(kill));
    work(current, 'after');
    await until(`${name} goes on`, async () => (await client.unpause(name)) !== undefined);
    await Promise.race([client.wait(name), late(name)]);
  } catch (error) {
    const said = workers.map(({ output }) => output()).join('\n');
    throw new Error(`${name}: ${error instanceof Error ? error.message : error}\n${said}`);
  } finally {
    await Promise.all(workers.map(kill));
  }
  const alone = join(own, 'alone.csv');
  await runCommand(current, ['run', ...flags(alone), '--session-id', `${name}-alone`], own, environment);
  const isEqual = isDeepStrictEqual(figures(csv), figures(alone));
  if (!isEqual && !UNREPEATABLE.includes(name))
    throw new Error(`${name}: the figures differ, see ${csv}, ${alone}`);
  log(
    `${name}: ${at} of ${TRIALS} trials by ${old.name}, the rest by this release; figures ${isEqual ? 'equal' : 'differ, as they may'}`,
  );
}

async function until(what: string, look: () => Promise<boolean>): Promise<void> {
  const deadline = performance.now() + LIMIT_MS;
  while (!(await look().catch(() => false))) {
    if (performance.now() > deadline) throw new Error(`Waited ${LIMIT_MS / 1_000} s until ${what}`);
    await delay(50);
  }
}

async function late(name: string): Promise<never> {
  await delay(LIMIT_MS, undefined, { ref: false });
  throw new Error(`${name} did not end within ${LIMIT_MS / 1_000} s`);
}
