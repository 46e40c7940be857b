import Table from 'cli-table3';
import type { Problem } from './problems/problem.ts';
import type { RunResult } from './raw-results.ts';
import { mean, median, type ProblemScore, quantile, scoreProblem } from './score.ts';

/** Prints what was measured: regret a problem, the aggregate over problems, and the cost of an ask. */

export interface Column {
  readonly name: string;
  readonly runs: readonly RunResult[];
}

type Scores = ReadonlyMap<string, ProblemScore>;

function scoresOf(problems: readonly Problem[], column: Column, budget: number): Scores {
  const scored = problems.flatMap((problem) => {
    const runs = column.runs.filter((run) => run.problem === problem.name);
    return runs.length > 0 ? [[problem.name, scoreProblem(problem, runs, budget)] as const] : [];
  });
  return new Map(scored);
}

/** Markdown, so that it can go into a document as printed. */
export function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const chars = { top: '', 'top-mid': '', 'top-left': '', 'top-right': '' };
  const bottom = { bottom: '', 'bottom-mid': '', 'bottom-left': '', 'bottom-right': '' };
  const inner = {
    mid: '',
    'left-mid': '',
    'mid-mid': '',
    'right-mid': '',
    left: '|',
    right: '|',
    middle: '|',
  };
  const table = new Table({ chars: { ...chars, ...bottom, ...inner }, style: { head: [], border: [] } });
  table.push(
    [...head],
    head.map(() => '---'),
    ...rows.map((row) => [...row]),
  );
  return table.toString();
}

const figure = (value: number): string => (Number.isNaN(value) ? '-' : value.toPrecision(3));

export function regretTable(
  problems: readonly Problem[],
  columns: readonly Column[],
  budget: number,
): string {
  const scores = columns.map((column) => scoresOf(problems, column, budget));
  const rows = problems.map(({ name }) => {
    const least = Math.min(...scores.map((s) => s.get(name)?.regret ?? Number.POSITIVE_INFINITY));
    const cells = scores.map((s) => {
      const score = s.get(name);
      if (!score) return '-';
      const text = figure(score.regret);
      return `${score.regret === least ? `**${text}**` : text} (${score.seeds})`;
    });
    return [name, ...cells];
  });
  return markdown(['median regret (seeds)', ...columns.map((c) => c.name)], rows);
}

/** `ahead of X` counts the problems, of those that both ran, on which the first column's median regret is lower. */
export function aggregateTable(
  problems: readonly Problem[],
  columns: readonly Column[],
  budget: number,
): string {
  const scores = columns.map((column) => scoresOf(problems, column, budget));
  const [first] = scores;
  const rows = columns.map((column, i) => {
    const own = scores[i]!;
    const all = [...own.values()];
    const both = problems.filter((p) => first!.has(p.name) && own.has(p.name));
    const ahead = both.filter((p) => first!.get(p.name)!.regret < own.get(p.name)!.regret).length;
    const behind = both.filter((p) => first!.get(p.name)!.regret > own.get(p.name)!.regret).length;
    return [
      column.name,
      `${all.length} of ${problems.length}`,
      mean(all.map((s) => s.logRegret)).toFixed(3),
      mean(all.map((s) => s.auc)).toFixed(3),
      i === 0 ? '-' : `${ahead} / ${behind}`,
    ];
  });
  const head = ['', 'problems', 'mean norm. log10 regret', 'AUC', `${columns[0]!.name} ahead / behind`];
  return markdown(head, rows);
}

const ASK_WINDOW = 5;

/** CPU of an ask, median / 95th percentile over problems and seeds of the asks at trials t-4 .. t. */
export function askTable(_: readonly Problem[], columns: readonly Column[], budget: number): string {
  const trials = [20, 50, 100, 200, 500, 1000].filter((t) => t <= budget);
  const rows = columns.map((column) => [
    column.name,
    ...trials.map((t) => {
      const asks = column.runs.flatMap((run) => run.askCpuMs.slice(Math.max(0, t - ASK_WINDOW), t));
      return `${median(asks).toFixed(1)} / ${quantile(asks, 0.95).toFixed(1)}`;
    }),
    median(column.runs.map((run) => run.load)).toFixed(1),
  ]);
  return markdown(['ask, CPU ms', ...trials.map((t) => `trial ${t}`), 'load'], rows);
}
