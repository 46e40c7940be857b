import { existsSync, readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';

import { waitUntil } from '../support/processes.ts';
import { quickConfig, slowConfig } from './support/configs.ts';
import { type Sandbox, sandbox } from './support/sandbox.ts';

/** What is said of a session's results once it has ended: by `run`, `summary` and `replay`. */

const CSV = 'outputs/mine/results.csv';
const AGAIN = ['--config', 'my.yaml', '--session-id', 'mine'];

/** A machine with the session `mine` of `my.yaml`, and what its `run` printed. */
async function ran(
  tuning: object,
  iterations = 6,
): Promise<{ machine: Sandbox; stdout: string; stderr: string }> {
  const machine = sandbox();
  writeConfig(machine, 'my.yaml', { method: 'random', ...tuning });
  const { code, stdout, stderr } = await machine.run(['run', ...AGAIN, '--iterations', String(iterations)]);
  expect(code, stderr).toBe(0);
  return { machine, stdout, stderr };
}

function writeConfig({ folder }: Sandbox, name: string, tuning: object): void {
  renameSync(quickConfig(folder, { ...tuning }), join(folder, name));
}

test('every command that the guide has for reading results works as written, after its own `run`', async () => {
  const guide = readFileSync('docs/guide.md', 'utf8').split('## Reading the results')[1] ?? '';
  const block = guide.match(/```sh\n([\s\S]*?)```/)?.[1] ?? '';
  const commands = Array.from(block.matchAll(/^arbtune (.*?)(?:\s+#.*)?$/gm), ([, args]) =>
    (args ?? '').split(' '),
  );
  expect(commands.length).toBeGreaterThanOrEqual(5);
  const { machine, stderr } = await ran({});
  expect(stderr.match(/^\[RESULT\] trial \d+ · objective /gm)).toHaveLength(6);
  for (const args of commands) {
    const read = await machine.run(args);
    expect(read.code, `${args.join(' ')}\n${read.stderr}`).toBe(0);
    expect(read.stderr).not.toContain('warning');
  }
  expect(existsSync(join(machine.folder, 'mine.parquet'))).toBe(true);
  expect(existsSync(join(machine.folder, 'trades/few-quotes.journal.csv'))).toBe(true);
});

test('`summary` ranks by the objective as the session had it, its good end first, and refuses a metric that is none', async () => {
  const objective = {
    metric: 'total_fees',
    direction: 'minimize',
    constraints: [{ metric: 'trades', op: '>=', value: 1_000 }],
  };
  const { machine, stdout, stderr } = await ran({ objective });
  expect(stderr.match(/^\[RESULT\] trial \d+ · ! objective /gm)).toHaveLength(6);
  expect(stdout).toContain('! 6 of 6 completed trials violate a constraint');

  const ranking = ['--metric', 'objective'];
  const byObjective = await machine.run(['summary', '--session-id', 'mine', ...ranking]);
  expect(byObjective).toMatchObject({ code: 0, stderr: '' });
  expect(byObjective.stdout).toContain('by objective (lowest first)');
  expect(byObjective.stdout).toContain('! 6 of 6 completed trials violate a constraint');

  const fromCsv = await machine.run(['summary', '--csv', CSV, ...ranking]);
  expect(fromCsv.stdout).toContain('by objective (highest first)');
  expect(fromCsv.stderr).toContain('if their session minimises it, add --ascending');
  const ascending = await machine.run(['summary', '--csv', CSV, ...ranking, '--ascending']);
  expect(ascending).toMatchObject({
    stderr: '',
    stdout: expect.stringContaining('objective (lowest first)'),
  });
  const byDefault = await machine.run(['summary', '--session-id', 'mine']);
  expect(byDefault.stdout).toContain('by pnl (highest first)');
  const turned = await machine.run(['summary', '--session-id', 'mine', ...ranking, '--no-ascending']);
  expect(turned.stdout).toContain('by objective (highest first)');

  for (const [metric, says] of [
    ['total_fee', 'got total_fee. Did you mean total_fees?'],
    ['foo', 'expected objective or a metric of the results, got foo. There are objective, pnl,'],
  ] as const) {
    const refused = await machine.run(['summary', '--csv', CSV, '--metric', metric]);
    expect(refused).toMatchObject({ code: 2, stdout: '' });
    expect(refused.stderr).toContain(says);
  }
});

test('`replay` names the trial and what was recorded of it, and warns where a config measures otherwise', async () => {
  const { machine } = await ran({
    objective: { metric: 'net_pnl', direction: 'maximize', weights: { 'few-quotes': 2 } },
  });
  const replay = ['replay', '--csv', CSV, '--config'];
  const same = await machine.run([...replay, 'my.yaml']);
  expect(same).toMatchObject({ code: 0, stderr: '' });
  const said =
    /^trial (\d+) of session mine, the best of the results: objective (\S+) recorded\n.*\nobjective (\S+) measured\n/;
  const [, trial, recorded, measured] = same.stdout.match(said) ?? [];
  expect(measured).toBe(recorded);
  expect(same.stdout).toContain('│ weighted mean │');

  writeConfig(machine, 'other.yaml', { engine: { upbit: { taker_fee_bps: 4 } } });
  const other = await machine.run([...replay, 'other.yaml']);
  expect(other.code).toBe(0);
  expect(other.stdout).toMatch(/│ +mean │/);
  expect(other.stderr).toMatch(
    new RegExp(
      `^warning: trial ${trial} has objective \\S+ in the results, and by other.yaml measures \\S+: this config`,
    ),
  );
  expect(other.stderr).toContain("name its session's own config by --config");

  expect(await machine.run([...replay, 'my.yaml', '--check'])).toMatchObject({
    ...{ code: 0, stdout: '6 trials replayed, 0 differ\n', stderr: '' },
  });
  writeConfig(machine, 'judged.yaml', { objective: { metric: 'total_fees', direction: 'maximize' } });
  const judged = await machine.run([...replay, 'judged.yaml', '--check']);
  expect(judged).toMatchObject({
    code: 1,
    stdout: expect.stringMatching(/^6 trials replayed, [1-6] differ\n$/),
  });
  expect(judged.stderr).toMatch(/^trial \d: objective \S+ recorded, \S+ replayed\n$/);

  const one = await machine.json<object>([...replay, 'my.yaml', '--iteration', '2']);
  expect(one).toMatchObject({ recorded: { session_id: 'mine', iteration: 2, status: 'completed' } });
  const recordedOne = one as { recorded: { objective: number }; objectives: number[] };
  expect(recordedOne.objectives).toEqual([recordedOne.recorded.objective]);
});

test('a session with several objectives shows its Pareto front, all of it where data are asked for', async () => {
  const metrics = [
    { metric: 'net_pnl', direction: 'maximize' },
    { metric: 'turnover', direction: 'minimize', aggregate: 'worst' },
  ];
  const { machine, stdout } = await ran({ objective: { metrics } }, 20);
  const title =
    /Pareto front, \d of (\d+) trials?: none does better in one of net_pnl \(highest best\), turnover/;
  const size = Number(stdout.match(title)?.[1]);
  expect(size).toBeGreaterThan(1);
  const { stdout: summary } = await machine.run(['summary', '--session-id', 'mine']);
  expect(summary.match(title)?.[1]).toBe(String(size));

  const again = ['run', '--config', 'my.yaml', '--session-id', 'other', '--iterations', '20'];
  const { front } = await machine.json<{ front: { objectives: Record<string, number> }[] }>(again);
  expect(front).toHaveLength(size);
  const values = front.map(({ objectives }) => [objectives.net_pnl, objectives.turnover]);
  // Each next one earns less and trades less.
  expect(values).toEqual(values.toSorted(([a = 0], [b = 0]) => b - a));
  expect(values).toEqual(values.toSorted(([, a = 0], [, b = 0]) => b - a));
});

test('`list` tells of a running session how many trials are stored now, and of an ended one its best value', async () => {
  interface Listed {
    readonly session_id: string;
    readonly status: string;
    readonly trials: number;
    readonly iterations: number;
    readonly best?: number;
  }
  const { machine } = await ran({});
  const { result } = await machine.json<{ result: { best: { objective: number } } }>(['status', 'mine']);
  const config = slowConfig(machine.folder, { method: 'random' });
  const run = machine.start(['run', '--config', config, '--session-id', 'busy', '--iterations', '10000']);
  const [busy, mine] = await waitUntil(async () => {
    const sessions = await machine.json<Listed[]>(['list']);
    return sessions.length === 2 && (sessions[0]?.trials ?? 0) > 3 && sessions;
  }, 120_000);
  expect(busy).toMatchObject({ session_id: 'busy', status: 'running', iterations: 10_000 });
  expect(mine).toMatchObject({ session_id: 'mine', status: 'completed', trials: 6, iterations: 6 });
  expect(mine?.best).toBe(result.best.objective);
  expect((await machine.run(['list'])).stdout).toMatch(/│ busy +│ running +│ random +│ +\d+\/10000 │ +0 │/);
  await run.kill('SIGINT');
});
