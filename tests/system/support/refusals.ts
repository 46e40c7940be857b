import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect } from 'vitest';
import { csvOf } from '../../market-data/recorded/recordings.ts';
import { type Finished, type Sandbox, sandbox } from './sandbox.ts';

/** What a refusal must be: one clear sentence for each fault, the exit code that says whose turn it is, nothing started or written. */

/** Texts that stand in what is said, or a pattern of it. */
export type Says = readonly string[] | RegExp;

export type Refusal = readonly [args: readonly string[], says: Says];

/** A machine on which nothing runs yet, so that anything started leaves a trace. */
export const offline = () => sandbox({ temporal: 'embedded' });

/** A sound scenario and a sound space, for what is wrong in one place. */
export const SCENARIO = `symbols: { exchange_rate: 1300 }
steps:
  - { t: 0, upbit_bid: 50000000, upbit_ask: 50001000, binance_bid: 38461, binance_ask: 38462 }
  - { t: 1, upbit_bid: 50000000, upbit_ask: 50001000, binance_bid: 38461, binance_ask: 38462 }
`;
export const SPACE = 'search_space: { min_spread_pct: { type: float, bounds: [0.05, 0.5] } }';

/** Nothing of an embedded server or store, and no results; at most the columns of data that was read to be checked. */
export function expectUntouched(machine: Sandbox, written: readonly string[]): void {
  const kept = existsSync(machine.home) ? readdirSync(machine.home) : [];
  expect(kept.filter((name) => name !== 'cache')).toEqual([]);
  const found = readdirSync(machine.folder).filter((name) => name !== 'home');
  expect(found.sort()).toEqual([...written].sort());
}

/** Each refusal, one process each, side by side; then a look at what they left. */
export async function expectRefused(machine: Sandbox, refusals: readonly Refusal[]): Promise<void> {
  const written = readdirSync(machine.folder);
  await inGroups(refusals, async ([args, says]) => expectRefusal(await machine.run(args), says));
  expectUntouched(machine, written);
}

function expectRefusal({ code, stdout, stderr }: Finished, says: Says): void {
  if (says instanceof RegExp) expect(stderr).toMatch(says);
  else for (const text of says) expect(stderr).toContain(text);
  expect({ code, stdout }, stderr).toEqual({ code: 2, stdout: '' });
  // A sentence, no stack, and nothing that steers a terminal.
  expect(stderr).not.toMatch(/^\s+at /m);
  expect(stderr.replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
}

/** YAML texts by what is wrong with them, all named by one config: each is told off in its own file, all at once. */
export async function expectYamlRefused(
  machine: Sandbox,
  texts: Readonly<Record<string, readonly [text: string, says: string]>>,
): Promise<void> {
  const names = Object.keys(texts).map((name) => `${name}.yaml`);
  for (const [name, [text]] of Object.entries(texts)) {
    writeFileSync(join(machine.folder, `${name}.yaml`), text);
  }
  writeFileSync(
    join(machine.folder, 'config.yaml'),
    `tuning:\n  scenarios: [${names.join(', ')}]\n  ${SPACE}\n`,
  );
  const says = Object.entries(texts).map(([name, [, text]]) => `${name}.yaml:${text}`);
  await expectRefused(machine, [[['validate', '--config', 'config.yaml'], says]]);
}

/** One config with whatever is wrong in it: each fault is told, by its line and column. */
export async function expectConfigRefused(
  machine: Sandbox,
  text: string,
  says: readonly string[],
): Promise<void> {
  writeFileSync(join(machine.folder, 'scenario.yaml'), SCENARIO);
  writeFileSync(join(machine.folder, 'config.yaml'), text);
  await expectRefused(machine, [
    [['validate', '--config', 'config.yaml'], says.map((fault) => `config.yaml:${fault}`)],
  ]);
}

/** What is only warned of: the config is valid, and says so. */
export async function expectWarned(machine: Sandbox, text: string, says: readonly string[]): Promise<void> {
  writeFileSync(join(machine.folder, 'scenario.yaml'), SCENARIO);
  writeFileSync(join(machine.folder, 'config.yaml'), text);
  const { code, stdout, stderr } = await machine.run(['validate', '--config', 'config.yaml']);
  for (const warning of says) expect(stderr).toContain(`config.yaml:${warning}`);
  expect({ code, stdout }).toMatchObject({ code: 0, stdout: expect.stringContaining('is valid') });
}

export interface Recording {
  /** Binance's file, `<name>.csv`. */
  readonly content: string | Uint8Array;
  /** Of its source. */
  readonly options?: object;
}

export interface Recorded extends Recording {
  readonly says: string;
}

const COLUMNS = { time: 't', bid: 'b', ask: 'a', bid_qty: 'bq', ask_qty: 'aq' };
const SOUND_QUOTES = csvOf([
  [0, 5e7, 50_001_000],
  [1, 5e7, 50_001_000],
]);

/** Recordings of Binance beside a sound one of Upbit; all named by `config.yaml`. */
export function writeRecordings(machine: Sandbox, recordings: Readonly<Record<string, Recording>>): void {
  const write = (name: string, content: string | Uint8Array) =>
    writeFileSync(join(machine.folder, name), content);
  const source = (file: string, options = {}) => ({ format: 'csv', file, columns: COLUMNS, ...options });
  // The project that data files are named under.
  write('package.json', '{}');
  write('upbit.csv', SOUND_QUOTES);
  const names = Object.keys(recordings);
  for (const [name, { content, options }] of Object.entries(recordings)) {
    write(`${name}.csv`, content);
    const data = { upbit: source('upbit.csv'), binance: source(`${name}.csv`, options) };
    write(`${name}.yaml`, JSON.stringify({ symbols: { exchange_rate: 1300 }, data }));
  }
  const files = names.map((name) => `${name}.yaml`).join(', ');
  write('config.yaml', `tuning:\n  scenarios: [${files}]\n  ${SPACE}\n`);
}

/** Recordings by what is wrong with them, all at once. */
export async function expectDataRefused(
  machine: Sandbox,
  command: 'run' | 'validate',
  recordings: Readonly<Record<string, Recorded>>,
): Promise<void> {
  writeRecordings(machine, recordings);
  const says = Object.entries(recordings).map(
    ([name, recorded]) => `${name}.yaml: error BAD_DATA: Scenario "${name}": ${recorded.says}`,
  );
  await expectRefused(machine, [[[command, '--config', 'config.yaml'], says]]);
}

/** As many processes at once as keep two cores busy. */
const GROUP = 4;

async function inGroups<T>(items: readonly T[], work: (item: T) => Promise<void>): Promise<void> {
  for (let from = 0; from < items.length; from += GROUP) {
    await Promise.all(items.slice(from, from + GROUP).map(work));
  }
}
