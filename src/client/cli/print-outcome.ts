import { objectiveNames, paretoFront } from '../../analysis/pareto.ts';
import { formatResultSummary } from '../../analysis/result-summary.ts';
import { TuningAnalyzer } from '../../analysis/tuning-analyzer.ts';
import type { SessionOutcome } from '../run-session.ts';
import type { Output } from './output.ts';

/** What a session came to, as text or as one JSON value. */

export function printOutcome(outcome: SessionOutcome, asJson: boolean, output: Output): void {
  const { session_id, status, why, iterations, completed, pruned, failed, csv } = outcome;
  output.log(
    'TUNING',
    `session ${session_id} ${status}${why ? ` (${why})` : ''}: ` +
      `${completed} completed${pruned > 0 ? `, ${pruned} pruned` : ''}, ${failed} failed`,
    {
      session_id,
      status,
    },
  );
  const { iteration, params, metrics, objective } = outcome.best ?? {};
  const best = outcome.best ? { iteration, params, metrics, objective } : null;
  const analyzer = new TuningAnalyzer(outcome.records);
  if (asJson) {
    const { workflow_id, run_id } = outcome;
    output.json({
      session_id,
      workflow_id,
      run_id,
      status,
      iterations,
      completed,
      violating: analyzer.summarize().violating,
      pruned,
      failed,
      best,
      ...(outcome.objectives.length > 1 ? { front: frontOf(outcome) } : {}),
      csv,
    });
    return;
  }
  const summary = analyzer.result('objective', 5, outcome.direction === 'minimize', outcome.objectives);
  output.print(formatResultSummary(summary, { color: output.color, width: output.width }));
  for (const { scenario, text } of outcome.unmet) {
    output.print(`The best trial does not do what ${scenario} expects: ${text}`);
  }
  output.print(`\nResults: ${csv}`);
}

/** All of the Pareto front, the best by the first objective first. */
function frontOf({ records, objectives }: SessionOutcome) {
  const names = objectiveNames(objectives);
  return paretoFront(records, objectives).map(({ record, values }) => ({
    iteration: record.iteration,
    params: record.params,
    objectives: Object.fromEntries(names.map((name, i) => [name, values[i]])),
  }));
}
