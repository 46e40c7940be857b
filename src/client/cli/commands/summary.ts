import { Command } from 'commander';
import { loadResultsFromCsv } from '../../../analysis/csv.ts';
import { formatResultSummary } from '../../../analysis/result-summary.ts';
import { TuningAnalyzer } from '../../../analysis/tuning-analyzer.ts';
import { ArbtuneError } from '../../../errors.ts';
import type { TrialRecord } from '../../../store/trial-record.ts';
import { wholeNumber } from '../option-values.ts';
import { options } from '../options.ts';
import { createOutput } from '../output.ts';
import { type PlaceFlags, placeOptions } from '../place.ts';
import { readSessionRecords } from '../session-records.ts';

/** `summary`: totals and the ranking of a CSV or of a session in the store. */

interface SummaryFlags extends PlaceFlags {
  readonly csv?: string;
  readonly sessionId?: string;
  readonly metric: string;
  readonly topN: number;
  readonly ascending?: boolean;
  readonly json?: boolean;
}

export function summaryCommand(): Command {
  const command = new Command('summary')
    .description('totals and ranking of a CSV or a session')
    .option('--csv <file>', 'the results to read')
    .addOption(options.sessionId())
    .option('--metric <name>', 'to rank by: a metric, or objective', 'pnl')
    .option('--top-n <n>', 'trials to show', wholeNumber('--top-n', 1, 1_000_000), 5)
    .option('--ascending', 'lowest first');
  for (const option of [...placeOptions, options.json]) command.addOption(option());
  return command
    .addHelpText('after', '\nExample:\n  $ arbtune summary --csv out.csv --metric pnl --top-n 10')
    .action(async (flags: SummaryFlags) => {
      const output = createOutput('text');
      const records = await readRecords(flags);
      const summary = new TuningAnalyzer(records).result(flags.metric, flags.topN, flags.ascending === true);
      if (flags.json) output.json(summary);
      else output.print(formatResultSummary(summary, { color: output.color, width: output.width }));
    });
}

async function readRecords(flags: SummaryFlags): Promise<readonly TrialRecord[]> {
  const { csv, sessionId } = flags;
  if ((csv === undefined) === (sessionId === undefined)) {
    throw new ArbtuneError('input', 'summary: expected one of --csv FILE and --session-id ID');
  }
  if (csv !== undefined) return await loadResultsFromCsv(csv);
  return await readSessionRecords(sessionId as string, flags);
}
