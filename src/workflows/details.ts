import type { SessionSpec } from '../config/session-spec.ts';
import type { Params } from '../search-space/space.ts';
import type { SessionStatus } from './messages.ts';

/** What the Web UI shows of a session without an event being opened. Pure text. */

/** Web UI summaries are one line; longer ones are cut there anyway. */
const SUMMARY_LENGTH = 180;

/** The Web UI gives markdown as much room as it has lines, and cuts what wraps: so some empty ones at the end. */
const ROOM = ['\u200b', '\u200b'];

/** Four significant digits tell params apart, and what is before the point is told whole; the exact values are in the event. */
export function shortValue(value: number | string | boolean): string {
  if (typeof value !== 'number') return String(value);
  return String(Math.abs(value) < 1000 ? Number(value.toPrecision(4)) : Math.round(value));
}

export function shortParams(params: Params): string {
  return Object.entries(params)
    .map(([name, value]) => `${name} ${shortValue(value)}`)
    .join(', ');
}

/** `trial 3 · min_spread_pct 0.21, …` or `trials 17-32, 40 · min_spread_pct 0.21, …` (of the first). */
export function batchSummary(
  trials: readonly { readonly iteration: number; readonly params: Params }[],
): string {
  const first = trials.toSorted((a, b) => a.iteration - b.iteration)[0];
  if (!first) return 'no trials';
  const which = `${trials.length === 1 ? 'trial' : 'trials'} ${iterationRanges(trials.map(({ iteration }) => iteration))}`;
  return `${which} · ${shortParams(first.params)}`.slice(0, SUMMARY_LENGTH);
}

/** Which session it is, in a line. */
export function specSummary({ name, optimizer }: SessionSpec): string {
  return `${name}: ${optimizer.method}, seed ${optimizer.seed}`;
}

/** Markdown that says what a session searches, and on what; it stays the same while the session runs. */
export function specDetails({ space, scenarios, optimizer, parallelism, fixed, prior }: SessionSpec): string {
  const range = (param: SessionSpec['space'][string]) =>
    param.type === 'bool'
      ? 'true or false'
      : param.type === 'categorical'
        ? param.choices.map(String).join(', ')
        : `${param.bounds.map(shortValue).join(' to ')}${param.log ? ', logarithmic' : ''}`;
  const params = [
    ...Object.entries(space).map(([name, param]) => `**${name}** ${range(param)}`),
    ...Object.entries(fixed).map(([name, value]) => `**${name}** ${shortValue(value)}, fixed`),
  ];
  return [
    `By ${optimizer.method} (seed ${optimizer.seed}), ${parallelism} trials at once`,
    ...(prior ? [`Learns from ${prior.trials.length} earlier trials of ${prior.source}`] : []),
    `Scenarios: ${scenarios.map(({ name }) => name).join(', ')}`,
    params.join(' · '),
    ...ROOM,
  ].join('\n\n');
}

/**
 * Markdown for the workflow's current details.
 *
 * @param spec of a run that goes on from another: what Temporal shows beside a session's first run alone
 */
export function statusDetails(status: SessionStatus, spec?: SessionSpec): string {
  const done = status.completed + status.pruned + status.failed;
  const lines = [
    `**${status.status}**${status.why ? ` (${status.why})` : ''}: ${done} of ${status.iterations} trials` +
      `${status.pruned > 0 ? `, ${status.pruned} pruned` : ''}${status.failed > 0 ? `, ${status.failed} failed` : ''}, ${status.persisted} stored, by ${status.optimizer}`,
  ];
  if (status.best) {
    // No table: the Web UI's frame is too low for one, and cuts what comes after it.
    lines.push(
      '',
      `**Best: trial ${status.best.iteration}**, ${status.objective}: **${shortValue(status.best.objective)}**` +
        ` with ${shortParams(status.best.params)}`,
    );
  }
  const running = status.running.flatMap(({ iterations }) => iterations);
  lines.push('', running.length > 0 ? `Running: ${iterationRanges(running)}` : 'Nothing is running.');
  const workers = Object.entries(status.workers).map(([worker, trials]) => `${worker} (${trials})`);
  if (workers.length > 0) lines.push('', `Workers, with the trials each has measured: ${workers.join(', ')}`);
  const session = spec ? [`**${specSummary(spec)}**`, specDetails(spec)] : ROOM;
  return [lines.join('\n'), ...session].join('\n\n');
}

/** `1-4, 7, 9-10` */
export function iterationRanges(iterations: readonly number[]): string {
  const ranges: string[] = [];
  let start: number | undefined;
  const sorted = iterations.toSorted((a, b) => a - b);
  sorted.forEach((iteration, i) => {
    start ??= iteration;
    if (sorted[i + 1] === iteration + 1) return;
    ranges.push(start === iteration ? `${iteration}` : `${start}-${iteration}`);
    start = undefined;
  });
  return ranges.join(', ');
}
