import type { Scenario } from '../../src/market-data/scenario.ts';

/** A scenario with everything but what a test is about. */
export function scenarioWith(parts: Partial<Scenario>): Scenario {
  return {
    name: 'test',
    description: 'made by a test',
    symbols: { upbit: 'KRW-BTC', binance: 'BTCUSDT', exchange_rate: 1300 },
    steps: [],
    risk_profile: {
      max_position_krw: 1_000_000,
      max_daily_loss_krw: 100_000,
      max_trades_per_hour: 100,
      min_spread_pct: 0.1,
      slippage_bps: 10,
      circuit_breaker_threshold: 5,
    },
    expected_outcomes: {},
    ...parts,
  };
}
