import { join } from 'node:path';
import { expect, test } from 'vitest';
import { homeLayout } from '../../src/embedded/home.ts';
import { readRunningServer } from '../../src/embedded/server-state.ts';
import { column, figures, iterations, readCsv } from './support/figures.ts';
import { BASELINE, sandbox } from './support/sandbox.ts';

/** The main job: one command on a machine with nothing running. */

interface Outcome {
  readonly session_id: string;
  readonly status: string;
  readonly best: {
    iteration: number;
    params: Record<string, number>;
    metrics: Record<string, number>;
    objective: number;
  };
  readonly csv: string;
}

test('`run` brings up what is missing, tells its outcome as one JSON object, and repeats itself bit for bit', async () => {
  const machine = sandbox({ temporal: 'embedded' });
  const csv = join(machine.folder, 'out.csv');
  const flags = ['--iterations', '12', '--optimizer', 'bayesian', '--workers', '4', '--session-id', 'first'];
  const run = await machine.run(['run', '--config', BASELINE, ...flags, '--output-csv', csv, '--json']);

  expect(run, run.stderr).toMatchObject({ code: 0 });
  expect(run.stdout.trimEnd().split('\n')).toHaveLength(1);
  const outcome: Outcome = JSON.parse(run.stdout);
  expect(outcome).toMatchObject({
    session_id: 'first',
    workflow_id: `tuning:${machine.name}:paper:first`,
    run_id: expect.stringMatching(/^[0-9a-f-]{36}$/),
    status: 'completed',
    iterations: 12,
    completed: 12,
    failed: 0,
    csv,
  });
  expect(run.stderr).toContain('[TUNING] session first started');
  expect(run.stderr.match(/\[RESULT\] trial \d+ /g)).toHaveLength(12);

  const rows = readCsv(csv);
  expect(column(rows, 'iteration')).toEqual(iterations(12));
  expect(new Set(column(rows, 'status'))).toEqual(new Set(['completed']));
  const params = rows.map((row) =>
    JSON.stringify(Object.entries(row).filter(([name]) => /^param\./.test(name))),
  );
  expect(new Set(params).size).toBe(12);
  for (const metric of ['metric.pnl', 'metric.total_fees', 'metric.trades'])
    expect(new Set(column(rows, metric)).size, metric).toBeGreaterThan(6);
  const best = rows[outcome.best.iteration - 1];
  expect(Number(best?.objective)).toBe(Math.max(...column(rows, 'objective').map(Number)));
  expect(outcome.best.objective).toBe(Number(best?.objective));
  expect(outcome.best.metrics.trades).toBe(Number(best?.['metric.trades']));
  expect(outcome.best.params.min_spread_pct).toBe(Number(best?.['param.min_spread_pct']));

  const { result } = await machine.json<{ result: object }>(['status', 'first']);
  expect(result).toMatchObject({ status: 'completed', best: outcome.best, csv });

  const again = join(machine.folder, 'again.csv');
  flags[flags.length - 1] = 'second';
  const second = await machine.run(['run', '--config', BASELINE, ...flags, '--output-csv', again]);
  expect(second, second.stderr).toMatchObject({ code: 0 });
  expect(figures(again)).toEqual(figures(csv));
  expect(readRunningServer(homeLayout(machine.home).temporal)).toBeUndefined();
});
