import { ArbtuneError } from '../errors.ts';
import { generateQuotes } from './generate/generate.ts';
import { scenarioHash, sessionDataHash } from './hash.ts';
import type { MarketData } from './market-data.ts';
import { mergeQuotes } from './merge.ts';
import type { Scenario } from './scenario.ts';
import { marketDataFromSteps } from './steps.ts';

/** The I/O rim of market data: a scenario in, its columns out, wherever they come from. */

export interface DataLocation {
  /** The folder that a scenario's data files are relative to and must stay under. */
  readonly root: string;
  /** Where loaded columns are kept for the next time. */
  readonly cacheDir: string;
}

/** The columns of a scenario. Throws an `ArbtuneError` of kind `input` for data that cannot be traded. */
export async function loadMarketData(scenario: Scenario, _location: DataLocation): Promise<MarketData> {
  if (scenario.data !== undefined) {
    throw new ArbtuneError('input', `Scenario "${scenario.name}": recorded data cannot be read yet`);
  }
  if (scenario.generator !== undefined) {
    const quotes = generateQuotes(scenario.generator, scenario.symbols.exchange_rate);
    return mergeQuotes(quotes, scenarioHash(scenario));
  }
  return marketDataFromSteps(scenario);
}

/** A session's `dataHash`: equal to `sessionDataHash` of its loaded data sets' hashes, without loading them. */
export async function scenarioDataHash(
  scenarios: readonly Scenario[],
  _location: DataLocation,
): Promise<string> {
  return sessionDataHash(scenarios.map((scenario) => scenarioHash(scenario)));
}
