import { type EngineSettings, resolveEngineSettings } from '../../src/paper-engine/settings.ts';
import type { Params } from '../../src/search-space/space.ts';

/** The venues and params that every engine of the bench gets. */

/** Funds that last, so that no engine needs rebalancing, and trades uncounted; all else as the engine's defaults. */
export const BENCH_SETTINGS: EngineSettings = resolveEngineSettings({
  upbit: { cash: 200_000_000, coin: 4 },
  binance: { cash: 150_000, coin: 4 },
  guard: { max_trades_per_day: 1_000_000 },
});

export function benchParams(minSpreadPct: number): Params {
  return {
    min_spread_pct: minSpreadPct,
    slippage_bps: 5,
    max_position_krw: 1_000_000,
    max_trades_per_hour: 100_000,
    rebalance_threshold: 1,
  };
}
