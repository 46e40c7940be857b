import { z } from 'zod';
import { generatorSchema } from '../market-data/generate/settings.ts';
import { recordingSchema } from '../market-data/recorded/settings.ts';
import { STRATEGY_PARAMS } from '../paper-engine/params.ts';
import { numberBetween, wholeNumber } from './tuning-schema.ts';

/** A scenario file as it is written; messages and descriptions as in tuning-schema.ts. */

const price = () => z.number('a price above 0').positive('a price above 0');
const quantity = () => z.number('a quantity >= 0').nonnegative('a quantity >= 0').exactOptional();

const step = z.strictObject({
  t: z
    .number('a time in seconds >= 0')
    .nonnegative('a time in seconds >= 0')
    .describe('Seconds from the start, rising'),
  upbit_bid: price().describe('KRW'),
  upbit_ask: price().describe('KRW'),
  binance_bid: price().describe('USDT'),
  binance_ask: price().describe('USDT'),
  upbit_bid_qty: quantity().describe('Coins; absent: unlimited'),
  upbit_ask_qty: quantity().describe('Coins; absent: unlimited'),
  binance_bid_qty: quantity().describe('Coins; absent: unlimited'),
  binance_ask_qty: quantity().describe('Coins; absent: unlimited'),
  rate: z
    .number('a rate above 0')
    .positive('a rate above 0')
    .exactOptional()
    .describe('KRW per USDT from this step on'),
});

/** A param of the strategy with the engine's own range and fallback. */
const param = (name: keyof typeof STRATEGY_PARAMS) => {
  const { type, range, fallback, description, unit } = STRATEGY_PARAMS[name];
  const schema = (type === 'int' ? wholeNumber : numberBetween)(range[0], range[1]);
  return schema.default(fallback).describe(unit === '' ? description : `${description}, ${unit}`);
};

const riskProfile = z.strictObject({
  max_position_krw: param('max_position_krw'),
  max_daily_loss_krw: param('max_daily_loss_krw'),
  max_trades_per_hour: param('max_trades_per_hour'),
  min_spread_pct: param('min_spread_pct'),
  slippage_bps: param('slippage_bps'),
  circuit_breaker_threshold: param('circuit_breaker_threshold'),
});

const expectedOutcomes = z.strictObject({
  min_trades: z
    .int('a whole number >= 0')
    .nonnegative('a whole number >= 0')
    .exactOptional()
    .describe('At least'),
  min_pnl: z.number().exactOptional().describe('At least, KRW'),
  circuit_breaker_triggered: z.boolean().exactOptional().describe('Whether the breaker trips'),
  safety_violations: z
    .int('a whole number >= 0')
    .nonnegative('a whole number >= 0')
    .exactOptional()
    .describe('At most'),
});

export const scenarioSchema = z.strictObject({
  name: z
    .string()
    .regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/, 'letters, digits and . _ - only, at most 64')
    .optional()
    .describe('Absent: the name of the file'),
  description: z.string().default('').describe('What it is for'),
  symbols: z
    .strictObject({
      upbit: z.string().min(1).default('KRW-BTC'),
      binance: z.string().min(1).default('BTCUSDT'),
      exchange_rate: z
        .number('a rate above 0')
        .positive('a rate above 0')
        .describe('KRW per USDT at the start'),
    })
    .describe('What is traded, and the rate'),
  steps: z.array(step).min(1, 'a list of at least one step').optional().describe('The quotes, written out'),
  generator: generatorSchema.optional().describe('Instead of `steps`: made-up quotes, seeded'),
  data: recordingSchema.optional().describe('Instead of `steps`: recorded quotes'),
  risk_profile: riskProfile
    .prefault({})
    .describe('Strategy parameters where neither a trial nor `fixed` gives them'),
  expected_outcomes: expectedOutcomes
    .prefault({})
    .describe('What the scenario is meant to show; every key may be absent'),
});

export type ScenarioFile = z.output<typeof scenarioSchema>;
