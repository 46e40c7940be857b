import type { MarketData } from '../market-data/market-data.ts';
import type { RiskProfile } from '../market-data/scenario.ts';
import type { Metrics } from '../objective/objective.ts';
import type { Params } from '../search-space/space.ts';
import type { CandidateFinder } from './edges.ts';
import type { JournalEntry } from './ledger.ts';
import { metricsOf } from './metrics.ts';
import { resolveStrategy, type Strategy } from './params.ts';
import { receiveTransit } from './rebalancing.ts';
import type { EquityPoint, Fill, Recorder, TradeRecord } from './recorder.ts';
import type { Trip } from './risk-guard.ts';
import { Run } from './run.ts';
import { createScan } from './scan.ts';
import type { EngineSettings } from './settings.ts';
import { createDesk, tradeOn } from './trading.ts';
import { createWorld, type World } from './world.ts';

/** The paper engine: a data set and a trial's params in, metrics out. Pure; every figure repeats to the last bit. */

/** Replays one trial on a compiled world. `finder` decides how rows are looked for, never what is found. */
export function measure(world: World, strategy: Strategy, finder: CandidateFinder): Metrics {
  return replayAll(new Run(world, strategy, finder));
}

export interface Replay {
  readonly metrics: Metrics;
  readonly trades: readonly TradeRecord[];
  readonly fills: readonly Fill[];
  /** A point per settled trade. */
  readonly equity: readonly EquityPoint[];
  readonly trips: readonly Trip[];
  readonly journal: readonly JournalEntry[];
}

/**
 * One param set with everything it did. The metrics equal those a session measures with the same data, params, risk
 * profile and settings. Throws an `ArbtuneError` of kind `input` for params the strategy does not have.
 */
export function replay(
  market: MarketData,
  params: Params,
  settings: EngineSettings,
  profile: Partial<RiskProfile> = {},
): Replay {
  const world = createWorld(market, settings);
  const recorder: Recorder = { fills: [], trips: [], journal: [], trades: [], equity: [] };
  const finder = createScan(market, world.factors);
  const metrics = replayAll(new Run(world, resolveStrategy(params, profile), finder, recorder));
  return { metrics, ...recorder };
}

function replayAll(run: Run): Metrics {
  const { market, guard, finder } = run;
  const { time, rows } = market;
  const { clock } = run.world;
  const desk = createDesk(run);
  let row = run.world.firstRow;
  while (row < rows) {
    if (time[row]! < guard.freeAt) {
      row = clock.firstRowAt(guard.freeAt, row);
      if (row === rows) break;
    }
    if (time[row]! >= run.arrivesAt) receiveTransit(run);
    const until = run.arrivesAt > run.end ? rows : clock.firstRowAt(run.arrivesAt, row);
    row = finder.next(row, until, run.thresholdSellingUpbit, run.thresholdSellingBinance);
    if (row < until) {
      tradeOn(run, desk, row);
      row++;
    }
  }
  return metricsOf(run, rows - 1);
}
