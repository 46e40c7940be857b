import { ArbtuneError } from '../errors.ts';
import type { RiskProfile } from '../market-data/scenario.ts';
import type { Params } from '../search-space/space.ts';

/** What a trial may vary, with units, ranges and defaults: the config is checked against this table. */

export interface StrategyParam {
  readonly unit: string;
  readonly type: 'float' | 'int';
  /** Inclusive. */
  readonly range: readonly [number, number];
  /** Where neither the trial, nor the config's `fixed`, nor the scenario's risk profile says otherwise. */
  readonly fallback: number;
  readonly description: string;
}

export const STRATEGY_PARAMS = {
  min_spread_pct: {
    unit: '%',
    type: 'float',
    range: [-10, 100],
    fallback: 0.1,
    description: 'Least edge of a trade, net of both taker fees',
  },
  slippage_bps: {
    unit: 'bps',
    type: 'float',
    range: [0, 1_000],
    fallback: 5,
    description: "Tolerance of both legs' limits: how much worse than the quote seen an order may fill",
  },
  max_position_krw: {
    unit: 'KRW',
    type: 'float',
    range: [0, 1e12],
    fallback: 1_000_000,
    description: 'Largest value of the buy leg of one trade; one trade is open at a time',
  },
  order_share: {
    unit: '',
    type: 'float',
    range: [0, 1],
    fallback: 1,
    description: 'Share of the displayed quantity that a trade asks for',
  },
  inventory_skew_pct: {
    unit: '%',
    type: 'float',
    range: [0, 100],
    fallback: 0,
    description:
      'Shift of the least edge per unit of coin share away from the opening one, towards restoring it',
  },
  rebalance_threshold: {
    unit: '',
    type: 'float',
    range: [0.001, 1],
    fallback: 0.4,
    description:
      "Shift of Upbit's share of the coin from the opening one that starts a rebalancing; 1: never",
  },
  trade_cooldown_s: {
    unit: 's',
    type: 'float',
    range: [0, 86_400],
    fallback: 0,
    description: 'Pause after a trade',
  },
  stale_ms: {
    unit: 'ms',
    type: 'float',
    range: [0, 86_400_000],
    fallback: 5_000,
    description: 'Oldest quote of either venue that a signal may rest on',
  },
  unwind_slippage_bps: {
    unit: 'bps',
    type: 'float',
    range: [0, 10_000],
    fallback: 50,
    description: 'Tolerance of the orders that unwind a one-legged fill',
  },
  max_trades_per_hour: {
    unit: '1/h',
    type: 'int',
    range: [1, 100_000],
    fallback: 1_000,
    description: 'Trades sent in any 3,600 s',
  },
  max_daily_loss_krw: {
    unit: 'KRW',
    type: 'float',
    range: [0, 1e12],
    fallback: 1_000_000,
    description: 'Loss of a UTC day that trips the breaker until the next one',
  },
  circuit_breaker_threshold: {
    unit: '%',
    type: 'float',
    range: [0.001, 100],
    fallback: 5,
    description: 'Fall of the equity from its peak, per cent of the opening capital, that trips the breaker',
  },
} as const satisfies Readonly<Record<string, StrategyParam>>;

export type StrategyParamName = keyof typeof STRATEGY_PARAMS;
export type Strategy = Readonly<Record<StrategyParamName, number>>;

const NAMES = Object.keys(STRATEGY_PARAMS) as StrategyParamName[];

/**
 * A trial's strategy: the trial's params, else the scenario's risk profile, else the table's fallback. Throws an
 * `ArbtuneError` of kind `input` for a name the engine does not know or a value out of its range.
 */
export function resolveStrategy(params: Params, profile: Partial<RiskProfile> = {}): Strategy {
  for (const name of Object.keys(params)) {
    if (!Object.hasOwn(STRATEGY_PARAMS, name)) {
      throw new ArbtuneError('input', `Unknown param ${name}; the strategy has ${NAMES.join(', ')}`);
    }
  }
  const given: Readonly<Record<string, unknown>> = { ...profile, ...params };
  const strategy = {} as Record<StrategyParamName, number>;
  for (const name of NAMES) strategy[name] = checked(name, given[name] ?? STRATEGY_PARAMS[name].fallback);
  return strategy;
}

function checked(name: StrategyParamName, value: unknown): number {
  const { type, range, unit } = STRATEGY_PARAMS[name];
  const [low, high] = range;
  const kind = type === 'int' ? 'a whole number' : 'a number';
  if (
    typeof value !== 'number' ||
    !(value >= low && value <= high) ||
    (type === 'int' && !Number.isInteger(value))
  ) {
    throw new ArbtuneError(
      'input',
      `Expected the param ${name} to be ${kind} from ${low} to ${high}${unit && ` ${unit}`}, got ${String(value)}`,
    );
  }
  return value;
}
