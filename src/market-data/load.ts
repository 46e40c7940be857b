import { join } from 'node:path';
import { ArbtuneError } from '../errors.ts';
import { type Cached, readCached, writeCached } from './cache.ts';
import { hashFiles } from './file-hashes.ts';
import { generateQuotes } from './generate/generate.ts';
import { scenarioHash, sessionDataHash } from './hash.ts';
import type { MarketData } from './market-data.ts';
import { mergeQuotes } from './merge.ts';
import { filesOf, readRecording } from './recorded/recording.ts';
import type { RecordingSettings } from './recorded/settings.ts';
import type { Scenario } from './scenario.ts';
import { marketDataFromSteps } from './steps.ts';

/** The I/O rim of market data: a scenario in, its columns out, wherever they come from. */

export interface DataLocation {
  /** The folder that a scenario's data files are relative to and must stay under. */
  readonly root: string;
  /** Where columns read from files are kept for the next time; made where missing. */
  readonly cacheDir: string;
}

/** The columns of a scenario. Throws an `ArbtuneError` of kind `input` for data that cannot be traded. */
export async function loadMarketData(scenario: Scenario, location: DataLocation): Promise<MarketData> {
  return (await loadWithReports(scenario, location)).data;
}

/** The same with what was found in each recorded file; no reports where nothing is recorded. */
export async function loadWithReports(scenario: Scenario, location: DataLocation): Promise<Cached> {
  if (scenario.data !== undefined) return loadRecording(scenario, scenario.data, location);
  if (scenario.generator === undefined) return { data: marketDataFromSteps(scenario), reports: [] };
  const quotes = generateQuotes(scenario.generator, scenario.symbols.exchange_rate);
  return { data: mergeQuotes(quotes, scenarioHash(scenario)), reports: [] };
}

/** A session's `dataHash`: equal to `sessionDataHash` of its loaded data sets' hashes, without loading them. */
export async function scenarioDataHash(
  scenarios: readonly Scenario[],
  location: DataLocation,
): Promise<string> {
  const hashes: string[] = [];
  for (const scenario of scenarios) hashes.push(await hashWithFiles(scenario, location));
  return sessionDataHash(hashes);
}

async function loadRecording(
  scenario: Scenario,
  settings: RecordingSettings,
  location: DataLocation,
): Promise<Cached> {
  const folder = columnsFolder(location);
  const hash = await hashWithFiles(scenario, location);
  const cached = await readCached(folder, hash);
  if (cached !== undefined) return cached;
  const nowMicroseconds = Date.now() * 1000;
  const { exchange_rate } = scenario.symbols;
  const { input, reports } = await named(scenario, () =>
    readRecording(settings, exchange_rate, location.root, nowMicroseconds),
  );
  if ((await hashWithFiles(scenario, location)) !== hash) {
    throw new ArbtuneError(
      'input',
      `Scenario "${scenario.name}": its data files changed while they were read; try again`,
    );
  }
  const loaded = { data: await named(scenario, async () => mergeQuotes(input, hash)), reports };
  // The cache only saves time: on a full disk the data is as good without it.
  await writeCached(folder, loaded).catch(() => {});
  return loaded;
}

async function hashWithFiles(scenario: Scenario, location: DataLocation): Promise<string> {
  const files = scenario.data === undefined ? [] : filesOf(scenario.data);
  const hashes = await named(scenario, () =>
    hashFiles(location.root, files, join(columnsFolder(location), 'files')),
  );
  return scenarioHash(scenario, hashes);
}

function columnsFolder({ cacheDir }: DataLocation): string {
  return join(cacheDir, 'market-data');
}

/** Says in whose data a fault was found. */
async function named<T>(scenario: Scenario, work: () => Promise<T>): Promise<T> {
  try {
    return await work();
  } catch (error) {
    if (!(error instanceof ArbtuneError)) throw error;
    throw new ArbtuneError(error.kind, `Scenario "${scenario.name}": ${error.message}`, { cause: error });
  }
}
