import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { parse, stringify } from 'yaml';
import { loadConfig } from '../../src/client/index.ts';
import { STRATEGY_PARAMS } from '../../src/paper-engine/params.ts';
import { decode } from '../../src/search-space/params.ts';
import { type RandomStream, randomStream } from '../../src/search-space/random-stream.ts';
import { mostTrials } from '../../src/workflows/capacity.ts';
import type { CarriedSession, CarriedTrial } from '../../src/workflows/carried-session.ts';
import { waitUntil } from '../support/processes.ts';
import { quickConfig, slowConfig } from './support/configs.ts';
import { completed } from './support/endless.ts';
import { column, iterations, readCsv } from './support/figures.ts';
import { sandbox } from './support/sandbox.ts';

/** Sessions near what Temporal can carry: they go on where they fit, and are refused before the start where not. */

/** Trials not measured yet, of which each takes tens of milliseconds. */
const LEFT = 2_000;
/** Temporal's limit of a payload. */
const LIMIT = 2 * 1024 * 1024;
const floats = Object.entries(STRATEGY_PARAMS).filter(([, { type }]) => type === 'float');
const EVERY_PARAM = Object.fromEntries(
  floats.map(([name, { range }]) => [
    name,
    { type: 'float', bounds: [range[0], Math.min(range[1], range[0] + 0.9)] },
  ]),
);

test('a session of every continuous param and as many trials as it may have goes on in new runs', async () => {
  const machine = sandbox();
  await machine.worker('only');
  const client = await machine.client();
  const config = slowConfig(machine.folder, { method: 'random', search_space: EVERY_PARAM }, 100);
  const { spec } = await loadConfig(config, { iterations: 1 });
  const most = mostTrials(spec);
  expect(most).toBeGreaterThan(10_000);
  const next = randomStream(1, 1, 'large');
  const names = Object.keys(spec.space);
  // What is left of the session outlasts the questions below.
  const trials = Array.from({ length: most - LEFT }, (): CarriedTrial => {
    const params = decode(
      spec.space,
      names.map(() => next()),
    );
    return [names.map((name) => params[name] ?? null), [(next() - 0.5) * 1e6], 0, 0];
  });
  expect(JSON.stringify(trials).length).toBeGreaterThan(LIMIT);
  const carried: CarriedSession = {
    ...{ trials, proposed: [], workers: ['only'], enqueued: [], durations: [], requests: [] },
    ...{ target: most, parallelism: 2, paused: false, hasSessionWorkers: false },
    startedAt: new Date().toISOString(),
  };
  const { runId } = await client.start(spec, { sessionId: 'long', carried, maxHistoryEvents: 20 });
  await waitUntil(async () => (await client.describe('long'))?.runId !== runId, 120_000);
  await completed(client, 'long', trials.length + 20);

  await expect(client.extend('long', { iterations: 1 })).rejects.toMatchObject({
    kind: 'input',
    message: expect.stringMatching(
      /^one session holds at most [\d,]+ trials of this search space, got [\d,]+$/,
    ),
  });
  await client.cancel('long');
  await waitUntil(async () => (await client.describe('long'))?.status.name === 'CANCELLED');
});

test('trials on hundreds of scenarios, many at once, are measured and stored whole', async () => {
  const SCENARIOS = 200;
  const TRIALS = 64;
  const machine = sandbox();
  const config = quickConfig(machine.folder, { method: 'random', parallelism: TRIALS });
  const scenario = parse(readFile(join(machine.folder, 'scenario.yaml')));
  const names = Array.from({ length: SCENARIOS }, (_, i) => `scenario-${i}`);
  const next = randomStream(1, 1, 'wide');
  for (const name of names) {
    // No two alike, or else compression alone would make them small.
    const steps = scenario.steps.map((step: Record<string, number>) => jittered(step, next));
    write(join(machine.folder, `${name}.yaml`), { ...scenario, name, steps });
  }
  const tuning = parse(readFile(config)).tuning;
  write(config, { tuning: { ...tuning, scenarios: names.map((name) => `${name}.yaml`) } });
  const csv = join(machine.folder, 'out.csv');
  const flags = ['--config', config, '--iterations', String(TRIALS), '--output-csv', csv];
  const { code, stderr } = await machine.run(['run', ...flags, '--session-id', 'wide']);
  expect(code, stderr).toBe(0);
  expect(column(readCsv(csv), 'iteration')).toEqual(iterations(TRIALS));
  expect(new Set(column(readCsv(csv), 'status'))).toEqual(new Set(['completed']));
});

test('more trials than a session can hold are refused before anything is started', async () => {
  const machine = sandbox({ temporal: 'embedded' });
  const config = quickConfig(machine.folder, { method: 'random' });
  const { code, stderr } = await machine.run(['run', '--config', config, '--iterations', '1000000']);
  expect(code).toBe(2);
  expect(stderr).toMatch(
    /error TOO_LARGE: tuning\.max_iterations: one session holds at most [\d,]+ trials of this search space, got 1,000,000/,
  );
});

/** Another market of the same kind: Upbit's prices moved by up to half a percent. */
function jittered(step: Record<string, number>, next: RandomStream): Record<string, number> {
  const bid = (step.upbit_bid as number) * (1 + 0.01 * (next() - 0.5));
  return {
    ...step,
    upbit_bid: Math.round(bid / 1_000) * 1_000,
    upbit_ask: Math.round(bid / 1_000 + 1) * 1_000,
  };
}

function readFile(path: string): string {
  return readFileSync(path, 'utf8');
}

function write(path: string, value: unknown): void {
  writeFileSync(path, stringify(value));
}
