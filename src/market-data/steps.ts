import { ArbtuneError } from '../errors.ts';
import { allocateColumns, openShape } from './columns.ts';
import { scenarioHash } from './hash.ts';
import type { MarketData, VenueColumns } from './market-data.ts';
import { setNumber } from './packing.ts';
import type { Scenario, ScenarioStep } from './scenario.ts';

/** A scenario's written steps as market data: a row a step. Pure; the steps are checked here, whoever wrote them. */

const MICROSECONDS = 1e6;

type Venue = 'upbit' | 'binance';

/**
 * Rows at the steps' times, in microseconds from the start. A step without a quantity shows unlimited depth
 * (`Infinity`); a step without a rate keeps the one before, the first one `symbols.exchange_rate`.
 * Throws an `ArbtuneError` of kind `input` that names the step (from 1), its time and the value.
 */
export function marketDataFromSteps(scenario: Scenario): MarketData {
  const { steps } = scenario;
  if (steps.length === 0)
    throw new ArbtuneError('input', `Scenario "${scenario.name}" has no steps; expected at least one`);
  const data = allocateColumns(openShape(steps.length, { always: true }), scenarioHash(scenario));
  let rate = scenario.symbols.exchange_rate;
  steps.forEach((step, row) => {
    const fail = (what: string): never => {
      throw new ArbtuneError(
        'input',
        `Scenario "${scenario.name}", step ${row + 1} (t = ${step.t}): ${what}`,
      );
    };
    const time = Math.round(step.t * MICROSECONDS);
    if (!(time >= 0 && Number.isSafeInteger(time))) fail(`expected t in seconds >= 0, got ${step.t}`);
    const before = row === 0 ? -1 : data.time[row - 1]!;
    if (time <= before) {
      fail(
        `time must go forward by at least a microsecond a step, but the step before is at ${before / MICROSECONDS} s`,
      );
    }
    rate = step.rate ?? rate;
    if (!isPrice(rate)) fail(`expected a rate > 0, got ${rate}`);
    data.time[row] = time;
    data.rate[row] = rate;
    writeQuote(data.upbit, row, quoteOf(step, 'upbit', fail));
    writeQuote(data.binance, row, quoteOf(step, 'binance', fail));
  });
  return data;
}

interface Quote {
  readonly bid: number;
  readonly bidQty: number;
  readonly ask: number;
  readonly askQty: number;
}

function quoteOf(step: ScenarioStep, venue: Venue, fail: (what: string) => never): Quote {
  const bid = step[`${venue}_bid`];
  const ask = step[`${venue}_ask`];
  const bidQty = step[`${venue}_bid_qty`] ?? Infinity;
  const askQty = step[`${venue}_ask_qty`] ?? Infinity;
  if (!isPrice(bid)) fail(`expected ${venue}_bid > 0, got ${bid}`);
  if (!isPrice(ask)) fail(`expected ${venue}_ask > 0, got ${ask}`);
  if (bid > ask) fail(`the ${venue} book is crossed: bid ${bid} is above ask ${ask}`);
  if (!(bidQty >= 0)) fail(`expected ${venue}_bid_qty >= 0, got ${bidQty}`);
  if (!(askQty >= 0)) fail(`expected ${venue}_ask_qty >= 0, got ${askQty}`);
  return { bid, bidQty, ask, askQty };
}

function isPrice(value: number): boolean {
  return value > 0 && Number.isFinite(value);
}

function writeQuote(venue: VenueColumns, row: number, quote: Quote): void {
  venue.bid[row] = quote.bid;
  setNumber(venue.bidQty, row, quote.bidQty);
  venue.ask[row] = quote.ask;
  setNumber(venue.askQty, row, quote.askQty);
}
