import { ArbtuneError } from '../../errors.ts';
import { type QuoteSeries, quoteBuffer, quoteSeries, type RateSeries } from '../quotes.ts';
import { pushQuote } from './book.ts';
import { Edge } from './processes.ts';
import { createRandom } from './random.ts';
import { type BookSettings, type MadeVenue, MOST_QUOTES } from './settings.ts';

/**
 * A synthetic venue beside a recorded one, for want of recordings of both at once. It follows the recorded mid price
 * late and with an edge that fades; what a trial earns on it says nothing about a real venue. Pure.
 */

const MICROSECONDS = 1e6;
const DEFAULT_TICK = { upbit: 1000, binance: 0.01 } as const;

/** Quotes of `venue` for as long as `recorded`, the other venue, was recorded. Silent while that one has no quote. */
export function makeVenue(
  settings: MadeVenue,
  venue: 'upbit' | 'binance',
  recorded: QuoteSeries,
  rate: RateSeries,
): QuoteSeries {
  const random = createRandom(settings.seed, venue);
  const edge = new Edge(settings.seed, settings.edge, settings.jumps);
  const book: BookSettings = { ...settings, tick: settings.tick ?? DEFAULT_TICK[venue] };
  const from = recorded.time[0]!;
  const seconds = (recorded.time[recorded.rows - 1]! - from) / MICROSECONDS;
  const expected = seconds * settings.updates_per_s;
  if (expected > MOST_QUOTES) {
    throw new ArbtuneError(
      'input',
      `A made ${venue} beside a recording of ${Math.round(seconds)} s would have ${Math.round(expected)} quotes; at most ${MOST_QUOTES} are made`,
    );
  }
  const quotes = quoteBuffer(Math.ceil(expected * 1.1) + 16);
  let seen = 0;
  let rated = 0;
  for (let at = 0; at <= seconds; at += random.exponential(1 / settings.updates_per_s)) {
    const time = from + Math.round(at * MICROSECONDS);
    const followed = time - settings.lag_ms * 1000;
    while (seen + 1 < recorded.rows && recorded.time[seen + 1]! <= followed) seen++;
    while (rated + 1 < rate.rows && rate.time[rated + 1]! <= time) rated++;
    const mid = (recorded.bid[seen]! + recorded.ask[seen]!) / 2;
    const factor = rate.rate[rated]! * (1 + edge.at(at) / 1e4);
    if (!Number.isNaN(mid)) {
      pushQuote(quotes, book, random, {
        time,
        mid: venue === 'upbit' ? mid * factor : mid / factor,
        widen: 1,
      });
    }
  }
  return quoteSeries(quotes);
}
