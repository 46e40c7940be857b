import type { UnmetOutcome } from '../../analysis/expected-outcomes.ts';
import { formatNumber } from '../../analysis/number-format.ts';
import { printable, renderTables } from '../../analysis/table.ts';
import type { SessionSpec } from '../../config/session-spec.ts';
import type { Params } from '../../search-space/space.ts';
import type { TrialRecord } from '../../store/trial-record.ts';
import { shortParams } from '../../workflows/details.ts';
import { measuredOtherwise, type ReplayedTrial } from '../replay-trial.ts';
import { type Output, widthOf } from './output.ts';

/** What `replay` says of the trial that it measured again. */

/** The data are the same; what else decides about a trial is not in a CSV, so only its figures tell of another config. */
export function warnWhereOtherwise(
  record: TrialRecord,
  trial: ReplayedTrial,
  config: string,
  output: Output,
): void {
  const found = measuredOtherwise(record, trial);
  if (!found) return;
  const { name, recorded, measured } = found;
  output.note(
    `warning: trial ${record.iteration} has ${name} ${recorded} in the results, and by ${config} measures ${measured}: this config has another engine setting, fixed param, risk profile or objective than its session's, or another version of arbtune measured it. What follows is not the trial as recorded: name its session's own config by --config; --check compares every metric of every trial`,
  );
}

export function printReplay(
  { score, scenarios }: ReplayedTrial,
  context: {
    readonly spec: SessionSpec;
    readonly params: Params;
    /** The trial of the results that it is. */
    readonly record: TrialRecord | undefined;
    /** It was chosen for being the best. */
    readonly best: boolean;
    readonly files: readonly string[];
    readonly unmet: readonly UnmetOutcome[];
  },
  output: Output,
  asJson: boolean,
): void {
  const { spec, params, record, best, files, unmet } = context;
  if (asJson) {
    const byScenario = scenarios.map(({ scenario, metrics, trades, trips }) => ({
      scenario,
      metrics,
      trades: trades.length,
      trips,
    }));
    const recorded = record && {
      session_id: record.session_id,
      iteration: record.iteration,
      status: record.status,
      objective: record.objective,
    };
    output.json({
      ...(recorded ? { recorded } : {}),
      params,
      ...score,
      scenarios: byScenario,
      unmet_outcomes: unmet,
      files,
    });
    return;
  }
  const mean = Object.keys(spec.objective.weights).length > 0 ? 'weighted mean' : 'mean';
  const titles = [mean, ...scenarios.map(({ scenario }) => scenario)];
  const columns = [{ title: 'metric' }, ...titles.map((title) => ({ title, align: 'right' as const }))];
  const cell = (value: number | undefined) => (value === undefined ? '' : formatNumber(value));
  const rows = Object.entries(score.metrics).map(([name, value]) => [
    name,
    cell(value),
    ...scenarios.map(({ metrics }) => cell(metrics[name])),
  ]);
  if (record) output.print(recordedLine(record, best));
  output.print(shortParams(params));
  output.print(
    `objective ${formatNumber(score.objectives[0] ?? Number.NaN)} measured${missed(score.violation)}`,
  );
  output.print(renderTables(columns, rows, widthOf(output)));
  for (const { scenario, text } of unmet) output.print(`Not as expected on ${scenario}: ${text}`);
  for (const file of files) output.note(`wrote ${file}`);
}

function recordedLine(
  { session_id, iteration, status, objective, violation }: TrialRecord,
  best: boolean,
): string {
  const which = `trial ${iteration} of session ${printable(session_id)}${best ? ', the best of the results' : ''}`;
  const what = objective === null ? 'no objective' : `objective ${formatNumber(objective)}`;
  return `${which}: ${status === 'completed' ? '' : `${status}, `}${what} recorded${missed(violation)}`;
}

function missed(violation: number): string {
  return violation > 0 ? ', violates a constraint' : '';
}
