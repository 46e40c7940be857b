import { Command } from 'commander';
import { loadResultsFromCsv } from '../../../analysis/csv.ts';
import { OBJECTIVE } from '../../../analysis/ranking.ts';
import { formatResultSummary } from '../../../analysis/result-summary.ts';
import { TuningAnalyzer } from '../../../analysis/tuning-analyzer.ts';
import { ConfigError, optionIssue } from '../../../config/issue.ts';
import { METRIC_NAMES } from '../../../config/metric-names.ts';
import { nearestName } from '../../../config/nearest.ts';
import { ArbtuneError } from '../../../errors.ts';
import type { Objective } from '../../../objective/objective.ts';
import type { TrialRecord } from '../../../store/trial-record.ts';
import { wholeNumber } from '../option-values.ts';
import { options } from '../options.ts';
import { createOutput } from '../output.ts';
import { type PlaceFlags, placeOptions } from '../place.ts';
import { readSession } from '../session-records.ts';

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
    .option('--ascending', 'lowest first (default of objective: as its session has it, where known)')
    .option('--no-ascending', 'highest first');
  for (const option of [...placeOptions, options.json]) command.addOption(option());
  return command
    .addHelpText('after', '\nExample:\n  $ arbtune summary --csv out.csv --metric pnl --top-n 10')
    .action(async (flags: SummaryFlags) => {
      const output = createOutput('text');
      const { records, objectives } = await readResults(flags);
      const direction = objectives[0]?.direction;
      const analyzer = new TuningAnalyzer(records);
      const { metric } = flags;
      refuseUnknownMetric(metric, analyzer.summarize().metrics_keys);
      const { ascending = metric === OBJECTIVE && direction === 'minimize' } = flags;
      if (metric === OBJECTIVE && direction === undefined && flags.ascending === undefined) {
        output.note(
          'ranked by objective, highest first; the results do not say which end is the good one: if their session minimises it, add --ascending',
        );
      }
      const summary = analyzer.result(metric, flags.topN, ascending, objectives);
      if (flags.json) output.json(summary);
      else output.print(formatResultSummary(summary, { color: output.color, width: output.width }));
    });
}

function refuseUnknownMetric(metric: string, measured: readonly string[]): void {
  const known = [OBJECTIVE, ...new Set([...measured, ...METRIC_NAMES])];
  if (known.includes(metric)) return;
  const near = nearestName(metric, known);
  const hint = near === undefined ? `There are ${known.join(', ')}` : `Did you mean ${near}?`;
  const message = `expected objective or a metric of the results, got ${metric}`;
  throw new ConfigError([optionIssue('--metric', metric, message, hint)]);
}

interface Results {
  readonly records: readonly TrialRecord[];
  /** The session's; a CSV does not tell. */
  readonly objectives: readonly Objective[];
}

async function readResults(flags: SummaryFlags): Promise<Results> {
  const { csv, sessionId } = flags;
  if ((csv === undefined) === (sessionId === undefined)) {
    throw new ArbtuneError('input', 'summary: expected one of --csv FILE and --session-id ID');
  }
  if (csv !== undefined) return { records: await loadResultsFromCsv(csv), objectives: [] };
  const { records, spec } = await readSession(sessionId as string, flags);
  return { records, objectives: spec?.objective.objectives ?? [] };
}
