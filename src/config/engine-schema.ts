import { z } from 'zod';
import { DEFAULT_ENGINE_SETTINGS, RANGES, WHOLE } from '../paper-engine/settings.ts';

/**
 * `tuning.engine` as it is written: any part of the engine's settings, with the engine's own ranges and defaults.
 * A key is the engine's; only its description is kept here.
 */

const DESCRIPTIONS: Readonly<Record<string, string>> = {
  upbit: 'The venue quoted in KRW',
  binance: 'The venue quoted in USDT',
  rebalancing: 'Moving coin and cash back between the venues',
  guard: 'Limits of the risk guard that are no strategy parameters',
  seed: 'Of the jitter of latencies',
  return_period_s: 'Period of the returns in sharpe and sortino, seconds',
  taker_fee_bps: 'Fee of the notional, basis points, in steps of 0.01',
  fee_currency: "`quote`: on top of a buy, off a sell's proceeds; `received`: a buy's fee is taken in coin",
  ticks: '`[from price, tick]` in the quote currency, rising, the first from 0',
  lot: 'Quantities are multiples of it, coins; a multiple of 1e-8',
  min_notional: 'Least value of an order, quote currency',
  quote_decimals: "Decimals of the quote currency's minor unit",
  latency_ms: 'One way, milliseconds',
  jitter_ms: 'The latency is uniform in [latency_ms, latency_ms + jitter_ms), milliseconds',
  cash: 'Opening balance, quote currency',
  coin: 'Opening balance, coins',
  withdrawal_fee_coin: 'Taken by a withdrawal of coin from this venue, coins',
  delay_s: 'From the departure of coin and cash to their arrival, seconds',
  conversion_bps: 'Cost of changing KRW to USDT or back, basis points',
  max_total_loss_krw: 'Loss that ends trading for the rest of the data, KRW',
  max_trades_per_day: 'Trades sent in a day',
  max_slippage_bps: 'A leg filled further than this from its price trips the breaker, basis points',
  min_fill_rate: 'Filled share of the quantity ordered; below it the breaker trips',
  fill_rate_window: 'Legs that `min_fill_rate` looks back on',
  min_edge_pct: 'No trade below this net edge, whatever the params say, per cent',
  max_unhedged_krw: 'Coin left unhedged above this value trips the breaker, KRW',
  cool_down_s: 'Pause after the breaker has tripped, seconds',
  unwind_attempts: 'Orders sent to unwind one trade, at most',
};

const tickRow = z.tuple([z.number().nonnegative(), z.number().positive()], 'a pair [from price, tick]');

function settingSchema(key: string, fallback: unknown): z.ZodType {
  return bareSchema(key, fallback)
    .optional()
    .meta({ description: DESCRIPTIONS[key] ?? '', default: fallback });
}

function bareSchema(key: string, fallback: unknown): z.ZodType {
  if (key === 'fee_currency') return z.enum(['quote', 'received']);
  if (key === 'ticks') return z.array(tickRow).min(1, 'a list of at least one pair');
  const range = RANGES[key];
  if (range !== undefined) {
    const [low, high] = range;
    const phrase = `a ${WHOLE.has(key) ? 'whole ' : ''}number from ${low} to ${high}`;
    const number = WHOLE.has(key) ? z.int(phrase) : z.number(phrase);
    return number.min(low, phrase).max(high, phrase);
  }
  return sectionSchema(fallback as object);
}

function sectionSchema(defaults: object): z.ZodObject {
  const members = Object.entries(defaults).map(([key, value]) => [key, settingSchema(key, value)]);
  return z.strictObject(Object.fromEntries(members));
}

export const engineSchema = sectionSchema(DEFAULT_ENGINE_SETTINGS);
