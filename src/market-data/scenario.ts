import type { GeneratorSettings } from './generate/settings.ts';
import type { RecordingSettings } from './recorded/settings.ts';

/** A scenario as data: one data set a trial is evaluated on, with the venues it trades and what it should show. */

/** One quote pair of a YAML scenario. Prices in each venue's quote currency; quantities in the base coin. */
export interface ScenarioStep {
  /** Seconds from the start, strictly increasing. */
  readonly t: number;
  readonly upbit_bid: number;
  readonly upbit_ask: number;
  readonly binance_bid: number;
  readonly binance_ask: number;
  readonly upbit_bid_qty?: number;
  readonly upbit_ask_qty?: number;
  readonly binance_bid_qty?: number;
  readonly binance_ask_qty?: number;
  /** KRW per USDT from this step on. */
  readonly rate?: number;
}

export interface RiskProfile {
  readonly max_position_krw: number;
  readonly max_daily_loss_krw: number;
  readonly max_trades_per_hour: number;
  readonly min_spread_pct: number;
  readonly slippage_bps: number;
  /** Per cent of the loss limit's base at which the breaker trips; default 5. */
  readonly circuit_breaker_threshold: number;
}

export interface ExpectedOutcomes {
  readonly min_trades?: number;
  readonly min_pnl?: number;
  readonly circuit_breaker_triggered?: boolean;
  readonly safety_violations?: number;
}

export interface Scenario {
  readonly name: string;
  readonly description: string;
  readonly symbols: { readonly upbit: string; readonly binance: string; readonly exchange_rate: number };
  /** Exactly one source: steps, or none of them and a `generator` or `data`. */
  readonly steps: readonly ScenarioStep[];
  readonly generator?: GeneratorSettings;
  readonly data?: RecordingSettings;
  readonly risk_profile: RiskProfile;
  readonly expected_outcomes: ExpectedOutcomes;
}
