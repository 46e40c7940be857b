import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeAll, describe, expect, it } from 'vitest';
import { loadScenario } from '../../src/config/load-scenario.ts';
import { loadMarketData } from '../../src/market-data/load.ts';
import type { MarketData } from '../../src/market-data/market-data.ts';
import type { Scenario } from '../../src/market-data/scenario.ts';
import { type Replay, replay } from '../../src/paper-engine/replay.ts';
import { DEFAULT_ENGINE_SETTINGS, type EngineSettings } from '../../src/paper-engine/settings.ts';
import type { Params } from '../../src/search-space/space.ts';

const ROOT = join(import.meta.dirname, '../..');
const FOLDER = join(ROOT, 'configs/scenarios');
const NAMES = readdirSync(FOLDER)
  .filter((file) => file.endsWith('.yaml'))
  .map((file) => file.replace('.yaml', ''));

const loaded = new Map<string, { readonly scenario: Scenario; readonly market: MarketData }>();

beforeAll(async () => {
  const cacheDir = mkdtempSync(join(tmpdir(), 'arbtune-scenarios-'));
  for (const name of NAMES) {
    const scenario = await loadScenario(join(FOLDER, `${name}.yaml`), ROOT);
    const market = await loadMarketData(scenario, { root: ROOT, cacheDir });
    loaded.set(name, { scenario, market });
  }
  return () => rmSync(cacheDir, { recursive: true, force: true });
});

function run(name: string, params: Params = {}, settings: EngineSettings = DEFAULT_ENGINE_SETTINGS): Replay {
  const { scenario, market } = loaded.get(name)!;
  return replay(market, params, settings, scenario.risk_profile);
}

const params = (min_spread_pct: number, slippage_bps: number, max_position_krw = 1_000_000): Params => ({
  min_spread_pct,
  slippage_bps,
  max_position_krw,
});

/** The corners of the baseline's search space. */
const CORNERS = [0.05, 0.5].flatMap((spread) =>
  [1, 30].flatMap((slippage) => [300_000, 2_000_000].map((position) => params(spread, slippage, position))),
);

/** Every delay of both venues, times `factor`. */
function delayed(factor: number): EngineSettings {
  const venue = <T extends EngineSettings['upbit']>(settings: T): T => ({
    ...settings,
    latency_ms: settings.latency_ms * factor,
    jitter_ms: settings.jitter_ms * factor,
  });
  return {
    ...DEFAULT_ENGINE_SETTINGS,
    upbit: venue(DEFAULT_ENGINE_SETTINGS.upbit),
    binance: venue(DEFAULT_ENGINE_SETTINGS.binance),
  };
}

describe('the scenarios that ship', () => {
  it.each(NAMES)('%s comes to what it expects, with its own risk profile', (name) => {
    const { expected_outcomes: expected } = loaded.get(name)!.scenario;
    const { metrics } = run(name);
    expect(Object.keys(expected).length).toBeGreaterThan(0);
    expect(metrics.trades!).toBeGreaterThanOrEqual(expected.min_trades ?? 0);
    expect(metrics.pnl!).toBeGreaterThanOrEqual(expected.min_pnl ?? Number.NEGATIVE_INFINITY);
    expect(metrics.safety_violations!).toBeLessThanOrEqual(expected.safety_violations ?? Infinity);
    if (expected.circuit_breaker_triggered !== undefined) {
      expect(metrics.breaker_trips! > 0).toBe(expected.circuit_breaker_triggered);
    }
  });

  it.each(CORNERS)('basic_spread_win wins with every trade, at %j', (corner) => {
    const { trades } = run('basic_spread_win', corner);
    expect(trades.length).toBeGreaterThan(5);
    for (const trade of trades) expect(trade.pnl).toBeGreaterThan(0);
  });

  it('choppy_market is traded in both directions', () => {
    const directions = run('choppy_market').trades.map(({ direction }) => direction);
    expect(new Set(directions)).toEqual(new Set(['sell_upbit', 'sell_binance']));
  });

  it('choppy_market has a best tolerance and a best position: neither the smallest nor the largest', () => {
    const pnl = (spread: number, slippage: number, position?: number) =>
      run('choppy_market', params(spread, slippage, position)).metrics.pnl!;
    expect(pnl(0.1, 10)).toBeGreaterThan(pnl(0.1, 1));
    expect(pnl(0.1, 10)).toBeGreaterThan(2 * pnl(0.1, 30));
    expect(pnl(0.2, 10)).toBeGreaterThan(1.5 * pnl(0.3, 10));
    expect(pnl(0.1, 10, 1_000_000)).toBeGreaterThan(pnl(0.1, 10, 300_000));
    expect(pnl(0.1, 10, 1_000_000)).toBeGreaterThan(pnl(0.1, 10, 2_000_000));
  });

  it.each(CORNERS)('stop_loss_trigger loses in both legs until the guard trips, at %j', (corner) => {
    const { metrics, fills, trips } = run('stop_loss_trigger', corner);
    const sides = fills.filter(({ filled }) => filled > 0).map(({ side }) => side);
    expect(sides.filter((side) => side === 'sell').length).toBe(metrics.trades);
    expect(sides.filter((side) => side === 'buy').length).toBe(metrics.trades);
    expect(metrics.pnl!).toBeLessThan(-50_000);
    expect(metrics.circuit_breaker_active).toBe(1);
    expect(trips.map(({ reason }) => reason)).toEqual(['daily_loss']);
  });

  it.each(['fading_edge', 'recorded_btc'])('%s: the longer orders travel, the less is earned', (name) => {
    const pnl = [0, 1, 2, 4].map((factor) => run(name, {}, delayed(factor)).metrics.pnl!);
    expect(pnl).toEqual([...pnl].sort((a, b) => b - a));
    expect(pnl[0]!).toBeGreaterThan(2 * pnl[1]!);
    expect(pnl[3]!).toBeLessThan(0);
  });

  it('tell the params of the baseline apart: no two of its corners come to the same in all', () => {
    const totals = CORNERS.map((corner) => NAMES.map((name) => run(name, corner).metrics.pnl!).join(' '));
    expect(new Set(totals).size).toBe(CORNERS.length);
  });
});
