import { exp } from '../../search-space/exact-math.ts';
import type { MergeInput } from '../merge.ts';
import { constantRate, quoteBuffer, quoteSeries, type RateSeries, RowBuffer } from '../quotes.ts';
import { pushQuote } from './book.ts';
import { Edge, Episodes, Regimes } from './processes.ts';
import { createRandom, type Random } from './random.ts';
import type { GeneratorSettings } from './settings.ts';

/** Both venues' quotes from a seed and parameters. Pure: the same settings give the same quotes, bit for bit. */

const MICROSECONDS = 1e6;
const SECONDS_PER_HOUR = 3600;
const VENUES = ['upbit', 'binance'] as const;

type Venue = (typeof VENUES)[number];

/**
 * Quotes from time 0 for `duration_s`. Binance's mid price is a geometric random walk; Upbit's is the same price times
 * the rate, moved by the edge. `rate` is the rate at the start, KRW per USDT.
 */
export function generateQuotes(settings: GeneratorSettings, rate: number): MergeInput {
  const expected = (venue: Venue) =>
    Math.ceil(settings.duration_s * settings[venue].updates_per_s * 1.1) + 16;
  const quotes = { upbit: quoteBuffer(expected('upbit')), binance: quoteBuffer(expected('binance')) };
  const arrivals = {
    upbit: createRandom(settings.seed, 'upbit'),
    binance: createRandom(settings.seed, 'binance'),
  };
  const market = new Market(settings, rate);
  const gaps = new Episodes(settings.seed, 'gaps', settings.gaps);
  const stale = new Episodes(settings.seed, 'stale', settings.stale);
  const next = { upbit: 0, binance: 0 };
  for (;;) {
    const venue = next.upbit <= next.binance ? 'upbit' : 'binance';
    const time = next[venue];
    if (time > settings.duration_s) break;
    const { mid, widen } = market.at(time, venue);
    const silent = gaps.within(time) || (stale.within(time) && settings.stale?.venue === venue);
    const at = { time: Math.round(time * MICROSECONDS), mid, widen };
    // Both venues open with a quote, so that the data starts at 0.
    if (!silent || time === 0) pushQuote(quotes[venue], settings[venue], arrivals[venue], at);
    next[venue] = time + arrivals[venue].exponential(1 / settings[venue].updates_per_s);
  }
  return { upbit: quoteSeries(quotes.upbit), binance: quoteSeries(quotes.binance), rate: market.rates() };
}

/** Where the two mid prices and the rate stand; asked at times that never decrease. */
class Market {
  readonly #settings: GeneratorSettings;
  readonly #prices: Random;
  readonly #rateNoise: Random;
  readonly #edge: Edge;
  readonly #regimes: Regimes;
  readonly #rates = new RowBuffer(2);
  readonly #openingRate: number;
  #time = 0;
  #logMove = 0;
  #rate: number;
  #nextRate = 0;

  constructor(settings: GeneratorSettings, rate: number) {
    this.#settings = settings;
    this.#prices = createRandom(settings.seed, 'prices');
    this.#rateNoise = createRandom(settings.seed, 'rate');
    this.#edge = new Edge(settings.seed, settings.edge, settings.jumps);
    this.#regimes = new Regimes(settings.seed, settings.regimes);
    this.#openingRate = rate;
    this.#rate = rate;
  }

  at(time: number, venue: Venue): { readonly mid: number; readonly widen: number } {
    const regime = this.#regimes.at(time);
    const deviation =
      (this.#settings.volatility_bps / 1e4) * regime.volatility * Math.sqrt(time - this.#time);
    this.#logMove += deviation * this.#prices.normal();
    this.#time = time;
    this.#moveRate(time);
    const edge = 1 + this.#edge.at(time, regime.edge_sd, regime.edge_shift_bps) / 1e4;
    const binance = this.#settings.price * exp(this.#logMove);
    const fair = venue === 'binance' ? binance : binance * this.#rate * edge;
    return { mid: fair * this.#crash(time, venue), widen: regime.spread };
  }

  rates(): RateSeries {
    if (this.#settings.rate_volatility_bps === 0) return constantRate(this.#openingRate);
    return { rows: this.#rates.rows, time: this.#rates.column(0), rate: this.#rates.column(1) };
  }

  /** A new rate each whole second. */
  #moveRate(time: number): void {
    if (this.#settings.rate_volatility_bps === 0) return;
    while (this.#nextRate <= time) {
      if (this.#nextRate > 0) {
        const deviation = this.#settings.rate_volatility_bps / 1e4 / Math.sqrt(SECONDS_PER_HOUR);
        this.#rate *= exp(deviation * this.#rateNoise.normal());
      }
      this.#rates.push(this.#nextRate * MICROSECONDS, this.#rate);
      this.#nextRate++;
    }
  }

  /** 1 outside of the crash. */
  #crash(time: number, venue: Venue): number {
    const crash = this.#settings.flash_crash;
    if (crash === undefined || crash.venue !== venue) return 1;
    const into = time - crash.at_s;
    if (into <= 0 || into >= crash.fall_s + crash.recover_s) return 1;
    const share = into < crash.fall_s ? into / crash.fall_s : 1 - (into - crash.fall_s) / crash.recover_s;
    return 1 - (share * crash.depth_pct) / 100;
  }
}
