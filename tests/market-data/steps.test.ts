import { describe, expect, it } from 'vitest';
import { numberAt } from '../../src/market-data/packing.ts';
import type { Scenario, ScenarioStep } from '../../src/market-data/scenario.ts';
import { marketDataFromSteps } from '../../src/market-data/steps.ts';
import { scenarioWith } from './scenarios.ts';

const quote: ScenarioStep = {
  t: 0,
  upbit_bid: 50_000_000,
  upbit_ask: 50_010_000,
  binance_bid: 38_461,
  binance_ask: 38_462,
};

const withSteps = (...steps: Partial<ScenarioStep>[]): Scenario =>
  scenarioWith({ steps: steps.map((step, row) => ({ ...quote, t: row, ...step })) });

describe('marketDataFromSteps', () => {
  it('gives a row a step, in microseconds, with every value where it belongs', () => {
    const data = marketDataFromSteps(
      withSteps(
        { upbit_bid_qty: 1, upbit_ask_qty: 2, binance_bid_qty: 3, binance_ask_qty: 4 },
        { t: 0.25, upbit_bid: 49_999_999 },
      ),
    );
    expect(data.rows).toBe(2);
    expect([...data.time]).toEqual([0, 250_000]);
    expect([...data.upbit.updated]).toEqual([0, 250_000]);
    expect([...data.upbit.bid]).toEqual([50_000_000, 49_999_999]);
    expect([...data.upbit.ask]).toEqual([50_010_000, 50_010_000]);
    expect([...data.binance.bid]).toEqual([38_461, 38_461]);
    expect([...data.binance.ask]).toEqual([38_462, 38_462]);
    expect(numberAt(data.upbit.bidQty, 0)).toBe(1);
    expect(numberAt(data.upbit.askQty, 0)).toBe(2);
    expect(numberAt(data.binance.bidQty, 0)).toBe(3);
    expect(numberAt(data.binance.askQty, 0)).toBe(4);
    expect(data.time.buffer).toBeInstanceOf(SharedArrayBuffer);
  });

  it('shows unlimited depth where a step has no quantity', () => {
    expect(numberAt(marketDataFromSteps(withSteps({})).binance.askQty, 0)).toBe(Infinity);
  });

  it('keeps a rate until a step changes it', () => {
    const data = marketDataFromSteps(withSteps({}, { rate: 1400 }, {}));
    expect([...data.rate]).toEqual([1300, 1400, 1400]);
  });

  it.each([
    [[{ upbit_bid: 0 }], 'Scenario "test", step 1 (t = 0): expected upbit_bid > 0, got 0'],
    [[{}, { binance_ask: -1 }], 'Scenario "test", step 2 (t = 1): expected binance_ask > 0, got -1'],
    [[{ binance_bid: Number.NaN }], 'Scenario "test", step 1 (t = 0): expected binance_bid > 0, got NaN'],
    [[{ upbit_ask: Infinity }], 'Scenario "test", step 1 (t = 0): expected upbit_ask > 0, got Infinity'],
    [
      [{ upbit_bid: 50_010_001 }],
      'Scenario "test", step 1 (t = 0): the upbit book is crossed: bid 50010001 is above ask 50010000',
    ],
    [[{ upbit_ask_qty: -2 }], 'Scenario "test", step 1 (t = 0): expected upbit_ask_qty >= 0, got -2'],
    [[{}, { rate: 0 }], 'Scenario "test", step 2 (t = 1): expected a rate > 0, got 0'],
    [[{ t: -1 }], 'Scenario "test", step 1 (t = -1): expected t in seconds >= 0, got -1'],
    [
      [{ t: 3 }, { t: 3 }],
      'Scenario "test", step 2 (t = 3): time must go forward by at least a microsecond a step, but the step before is at 3 s',
    ],
  ])('refuses %j, naming the step and the value', (steps, message) => {
    expect(() => marketDataFromSteps(withSteps(...steps))).toThrow(message);
  });

  it('refuses a scenario without steps', () => {
    expect(() => marketDataFromSteps(scenarioWith({ steps: [] }))).toThrow('Scenario "test" has no steps');
  });
});
