import { join } from 'node:path';
import { loadScenario } from '../../../src/config/load-scenario.ts';
import { loadMarketData } from '../../../src/market-data/load.ts';
import { buildEdgeIndex, createIndexedFinder } from '../../../src/paper-engine/edge-index.ts';
import { resolveStrategy } from '../../../src/paper-engine/params.ts';
import { measure } from '../../../src/paper-engine/replay.ts';
import { resolveEngineSettings } from '../../../src/paper-engine/settings.ts';
import { createWorld } from '../../../src/paper-engine/world.ts';
import type { Params, SearchSpace } from '../../../src/search-space/space.ts';
import type { Task } from '../task.ts';
import { MADE_SCENARIOS, OTHER_SCENARIOS } from './engine-scenarios.ts';

/** The paper engine as a task: lose as little as possible, over one data set or the mean of all four (`all`). */

const ROOT = join(import.meta.dirname, '../../..');
const RECORDED = join(ROOT, 'configs/scenarios/recorded_btc.yaml');

const SPACE: SearchSpace = {
  min_spread_pct: { type: 'float', bounds: [0, 0.4] },
  slippage_bps: { type: 'float', bounds: [0, 30] },
  max_position_krw: { type: 'float', bounds: [50_000, 20_000_000], log: true },
  order_share: { type: 'float', bounds: [0.05, 1] },
  inventory_skew_pct: { type: 'float', bounds: [0, 1] },
  rebalance_threshold: { type: 'float', bounds: [0.05, 1] },
  trade_cooldown_s: { type: 'float', bounds: [0.1, 600], log: true },
  stale_ms: { type: 'float', bounds: [20, 5_000], log: true },
  unwind_slippage_bps: { type: 'float', bounds: [0, 100] },
};

const DATA_SETS = ['recorded', ...Object.keys(MADE_SCENARIOS)];

/** By set: `other` are sixteen made regimes more, to see whether the standard ones say something of their kinds. */
export const ENGINE_TASKS = {
  standard: [...DATA_SETS, 'all'],
  other: Object.keys(OTHER_SCENARIOS),
} as const;

/** A trial's value is its negative `net_pnl`, KRW. Exact: nothing is added to what is told. */
export async function engineTask(name: string): Promise<Task> {
  const losses = await Promise.all((name === 'all' ? DATA_SETS : [name]).map(lossOn));
  return {
    space: SPACE,
    measure(params) {
      const value = losses.reduce((sum, loss) => sum + loss(params), 0) / losses.length;
      return { value, told: value };
    },
  };
}

async function lossOn(name: string): Promise<(params: Params) => number> {
  const scenario = MADE_SCENARIOS[name] ?? OTHER_SCENARIOS[name] ?? (await loadScenario(RECORDED, ROOT));
  const location = { root: ROOT, cacheDir: join(ROOT, 'build/bench/market-data') };
  const market = await loadMarketData(scenario, location);
  const world = createWorld(market, resolveEngineSettings());
  const finder = createIndexedFinder(market, world.factors, buildEdgeIndex(market, world.factors));
  return (params) => -measure(world, resolveStrategy(params, scenario.risk_profile), finder).net_pnl!;
}
