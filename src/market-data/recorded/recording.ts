import { makeVenue } from '../generate/made-venue.ts';
import type { MadeVenue } from '../generate/settings.ts';
import type { MergeInput } from '../merge.ts';
import { constantRate, type QuoteSeries } from '../quotes.ts';
import { rateSeries, rateUntil, silentWithoutRate, standingRate } from './rate.ts';
import { type ReadQuotes, readSource, type SourceReport } from './read-source.ts';
import type { RecordingSettings, VenueSource } from './settings.ts';

/** A scenario's `data:` as quotes: its files read, and the venue that is made, if one is. */

export interface ReadRecording {
  readonly input: MergeInput;
  readonly reports: readonly SourceReport[];
}

/** `exchangeRate` holds where the recording gives no rate. `now`: microseconds since the epoch. */
export async function readRecording(
  settings: RecordingSettings,
  exchangeRate: number,
  root: string,
  now: number,
): Promise<ReadRecording> {
  const read = async (source: VenueSource): Promise<ReadQuotes | MadeVenue> =>
    source.format === 'made' ? source : readSource(root, source, now);
  const upbit = await read(settings.upbit);
  const binance = await read(settings.binance);
  const given = settings.rate ?? exchangeRate;
  const rateFile =
    typeof given === 'number'
      ? undefined
      : rateUntil(commonEnd([upbit, binance]), given, await readSource(root, given, now));
  const rate = rateFile === undefined ? constantRate(given as number) : rateSeries(rateFile.quotes);
  const quotes = {
    upbit: 'quotes' in upbit ? upbit.quotes : makeVenue(upbit, 'upbit', recorded(binance), rate),
    binance: 'quotes' in binance ? binance.quotes : makeVenue(binance, 'binance', recorded(upbit), rate),
  };
  const reports = [upbit, binance, rateFile].flatMap((source) =>
    source !== undefined && 'report' in source ? [source.report] : [],
  );
  const input = {
    upbit: quotes.upbit,
    binance: silentWithoutRate(quotes.binance, rate),
    rate: standingRate(rate),
  };
  return { input, reports };
}

/** The last quote of the recorded venue that falls silent first, microseconds. */
function commonEnd(venues: readonly (ReadQuotes | MadeVenue)[]): number {
  return Math.min(...venues.flatMap((venue) => ('report' in venue ? [venue.report.to] : [])));
}

function recorded(source: ReadQuotes | MadeVenue): QuoteSeries {
  // The schema lets only one venue be made.
  if ('quotes' in source) return source.quotes;
  throw new Error('A made venue stands beside a recorded one');
}

/** The files that a recording names. */
export function filesOf({ upbit, binance, rate }: RecordingSettings): string[] {
  return [upbit, binance, rate].flatMap((source) =>
    typeof source === 'object' && 'file' in source ? [source.file] : [],
  );
}
