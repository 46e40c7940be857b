import { describe, expect, it } from 'vitest';
import { scenarioHash, sessionDataHash } from '../../src/market-data/hash.ts';
import { loadMarketData, scenarioDataHash } from '../../src/market-data/load.ts';
import type { ScenarioStep } from '../../src/market-data/scenario.ts';
import { scenarioWith } from './scenarios.ts';

const step: ScenarioStep = { t: 0, upbit_bid: 1300, upbit_ask: 1301, binance_bid: 1, binance_ask: 2 };
const location = { root: '.', cacheDir: '.' };

describe('the hash of market data', () => {
  it('does not depend on the order in which keys were written', () => {
    const { name, ...rest } = scenarioWith({ steps: [step] });
    expect(scenarioHash({ ...rest, name })).toBe(scenarioHash(scenarioWith({ steps: [step] })));
  });

  it('changes with any value that a scenario holds', () => {
    const changed = scenarioWith({ steps: [{ ...step, binance_bid: 1.5 }] });
    expect(scenarioHash(changed)).not.toBe(scenarioHash(scenarioWith({ steps: [step] })));
  });

  it("is the same for a session whether its data was loaded or only hashed, and keeps the scenarios' order", async () => {
    const scenarios = [scenarioWith({ steps: [step] }), scenarioWith({ name: 'other', steps: [step] })];
    const loaded = await Promise.all(scenarios.map((scenario) => loadMarketData(scenario, location)));
    const hash = await scenarioDataHash(scenarios, location);
    expect(hash).toMatch(/^[0-9a-f]{64}$/);
    expect(sessionDataHash(loaded.map((data) => data.hash))).toBe(hash);
    expect(await scenarioDataHash(scenarios.toReversed(), location)).not.toBe(hash);
  });
});
