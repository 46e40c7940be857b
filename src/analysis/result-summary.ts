import { styleText } from 'node:util';
import { nearestName } from '../config/nearest.ts';
import type { ParamValue } from '../search-space/space.ts';
import type { TrialRecord } from '../store/trial-record.ts';
import { formatNumber } from './number-format.ts';
import { objectiveNames, type ParetoTrial } from './pareto.ts';
import { OBJECTIVE, type RankedTrial } from './ranking.ts';
import { printable, renderTable, type TableColumn, tableOrList } from './table.ts';
import type { ParetoSummary, ResultSummary, ResultTotals } from './tuning-analyzer.ts';

/** A summary as text for a terminal: totals, the ranking, the Pareto front, why trials failed, and what the best is worth. */

export interface SummaryFormat {
  /** Default false: the caller knows the terminal and NO_COLOR. */
  readonly color?: boolean;
  /** Columns of the terminal, default 100: a wider table becomes a list. */
  readonly width?: number;
}

/** From this many trials on, the best one's lead is worth a word of caution. */
const CAUTION_FROM = 10;
const FAILURES_SHOWN = 3;
/** Names of workers or sessions shown before the rest is only counted. */
const NAMES_SHOWN = 4;

/** Ends without a line break. */
export function formatResultSummary(result: ResultSummary, format: SummaryFormat = {}): string {
  const paint = (style: 'bold' | 'dim' | 'red' | 'yellow', text: string) =>
    format.color ? styleText(style, text, { validateStream: false }) : text;
  const order = result.ascending ? 'lowest first' : 'highest first';
  const parts = [totalsLine(result.totals)];
  if (result.ranking.length === 0) {
    parts.push(nothingToRank(result));
  } else {
    const title = `Top ${result.ranking.length} of ${result.ranked} by ${printable(result.metric)} (${order})`;
    parts.push(`${paint('bold', title)}\n${ranking(result, format.width ?? 100)}`);
  }
  if (result.front) {
    const lines = front(result.front, result.totals, format.width ?? 100);
    parts.push(`${paint('bold', frontTitle(result.front))}\n${lines}`);
  }
  if (result.totals.violating > 0) parts.push(paint('yellow', violations(result.totals)));
  const failed = result.failures
    .slice(0, FAILURES_SHOWN)
    .map(({ error, count }) => `${count} × ${printable(error)}`);
  if (failed.length > 0) parts.push(`${paint('red', 'Failed:')} ${failed.join('; ')}`);
  if (result.ranked >= CAUTION_FROM) {
    parts.push(
      paint(
        'dim',
        `The best of ${result.ranked} trials on the same data owes part of its lead to luck: check it on data it was not tuned on.`,
      ),
    );
  }
  return parts.join('\n\n');
}

function totalsLine(totals: ResultTotals): string {
  return [
    count(totals.total_iterations, 'trial'),
    `${totals.completed} completed`,
    ...(totals.pruned > 0 ? [`${totals.pruned} pruned`] : []),
    `${totals.failed} failed`,
    named(totals.sessions, 'session'),
    named(totals.workers, 'worker'),
  ].join(' · ');
}

function violations({ violating, completed }: ResultTotals): string {
  const verb = violating === 1 ? 'violates' : 'violate';
  return `! ${violating} of ${count(completed, 'completed trial')} ${verb} a constraint; ranked below every trial that does not`;
}

function nothingToRank({ metric, totals }: ResultSummary): string {
  const sentence = `No completed trial has a finite value of ${printable(metric)}: nothing to rank.`;
  const known = totals.completed === 0 ? [] : [OBJECTIVE, ...totals.metrics_keys];
  if (known.length === 0 || known.includes(metric)) return sentence;
  const near = nearestName(metric, known);
  const hint = near === undefined ? `There are ${known.map(printable).join(', ')}.` : `Did you mean ${near}?`;
  return `${sentence} ${hint}`;
}

function ranking(result: ResultSummary, width: number): string {
  return tableOrList(rankingTable(result), result.ranking, (trial) => listItem(result, trial), width);
}

function frontTitle({ objectives, trials, size }: ParetoSummary): string {
  const names = objectiveNames(objectives).map(
    (name, i) =>
      `${printable(name)} (${objectives[i]?.direction === 'minimize' ? 'lowest' : 'highest'} best)`,
  );
  return `Pareto front, ${trials.length} of ${count(size, 'trial')}: none does better in one of ${names.join(', ')} without doing worse in another`;
}

function front({ objectives, trials }: ParetoSummary, { param_keys }: ResultTotals, width: number): string {
  const names = objectiveNames(objectives).map(printable);
  const columns = ['trial', ...names, ...param_keys.map(printable)].map(
    (title): TableColumn => ({ title, align: 'right' }),
  );
  const rows = trials.map(({ record, values }) => [
    String(record.iteration),
    ...values.map(formatNumber),
    ...param_keys.map((name) => param(record.params[name])),
  ]);
  const item = ({ record, values }: ParetoTrial) =>
    `trial ${record.iteration}: ${names.map((name, i) => `${name} ${formatNumber(values[i] as number)}`).join(', ')}\n   ${paramsText(record)}`;
  return tableOrList(renderTable(columns, rows), trials, item, width);
}

function rankingTable(result: ResultSummary): string {
  const sessions = result.totals.unique_sessions > 1;
  const params = result.totals.param_keys;
  const columns: TableColumn[] = [
    { title: '#', align: 'right' },
    ...(sessions ? [{ title: 'session' }] : []),
    { title: 'trial', align: 'right' },
    { title: printable(result.metric), align: 'right' },
    ...params.map((name): TableColumn => ({ title: printable(name), align: 'right' })),
  ];
  const rows = result.ranking.map((trial) => [
    mark(trial),
    ...(sessions ? [printable(trial.record.session_id)] : []),
    String(trial.record.iteration),
    formatNumber(trial.value),
    ...params.map((name) => param(trial.record.params[name])),
  ]);
  return renderTable(columns, rows);
}

function listItem(result: ResultSummary, trial: RankedTrial): string {
  const { record, value } = trial;
  const session = result.totals.unique_sessions > 1 ? ` of ${printable(record.session_id)}` : '';
  const metric = printable(result.metric === OBJECTIVE ? OBJECTIVE : result.metric);
  return `${mark(trial)}. trial ${record.iteration}${session}: ${metric} ${formatNumber(value)}\n   ${paramsText(record)}`;
}

function paramsText({ params }: TrialRecord): string {
  return Object.entries(params)
    .map(([name, value]) => `${printable(name)} ${param(value)}`)
    .join(', ');
}

function mark(trial: RankedTrial): string {
  return trial.feasible ? String(trial.rank) : `! ${trial.rank}`;
}

function param(value: ParamValue | undefined): string {
  if (value === undefined) return '';
  return typeof value === 'number' ? formatNumber(value) : printable(String(value));
}

function named(names: readonly string[], what: string): string {
  const shown = names.slice(0, NAMES_SHOWN).map(printable).join(', ');
  return `${count(names.length, what)}${shown && ` (${shown}${names.length > NAMES_SHOWN ? ', …' : ''})`}`;
}

function count(number: number, what: string): string {
  return `${number} ${what}${number === 1 ? '' : 's'}`;
}
