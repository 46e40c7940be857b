import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { quickConfig } from '../support/configs.ts';
import { expectRefused, offline } from '../support/refusals.ts';
import { BASELINE } from '../support/sandbox.ts';

/** What is given on the command line and cannot be used: told in one sentence each, before anything is started. */

const run = ['run', '--config', BASELINE];

describe('on the command line, it is refused to give', () => {
  test('a command or an option that is none, with the name that was meant', () =>
    expectRefused(offline(), [
      [['strat'], /unknown command 'strat'\s*\(Did you mean start\?\)/],
      [[...run, '--iteration', '5'], /unknown option '--iteration'\s*\(Did you mean --iterations\?\)/],
    ]));

  test('an id that could be more than a name', async () => {
    const rule = 'must be 1 to 64 letters, digits, ".", "_" or "-", starting with a letter or a digit';
    const device = 'must not be the name of a Windows device';
    const wrong = { session: '--session-id', worker: '--worker-id' };
    const ids = (session: string, worker: string, why = rule, shown = session) =>
      [
        [...run, `${wrong.session}=${session}`, `${wrong.worker}=${worker}`],
        [
          `${wrong.session}: error BAD_VALUE: session id ${why}; got ${JSON.stringify(shown)}.`,
          `${wrong.worker}: error BAD_VALUE: worker id ${why}; got ${JSON.stringify(worker)}.`,
        ],
      ] as const;
    await expectRefused(offline(), [
      ids('../../etc/x', 'a/b'),
      ids('.', ''),
      ids('a\nb', '%2e%2e'),
      ids('-rf', 'a:b'),
      ids('CON', 'nul.txt', device),
      ids('x'.repeat(300), 'é', rule, `${'x'.repeat(77)}...`),
      [['status', '../../etc/x'], [`session id ${rule}; got "../../etc/x".`]],
      [['list', '--env', 'a/b'], [`--env: error BAD_VALUE: env ${rule}; got "a/b".`]],
    ]);
  });

  test('a number that is none, too small, too large, or not whole: all of them at once', async () => {
    const ranges = {
      '--iterations': '1 to 1,000,000',
      '--workers': '1 to 10,000',
      '--seed': '0 to 9,007,199,254,740,991',
    };
    const numbers = (values: Partial<Record<keyof typeof ranges, string>>) => {
      const given = Object.entries(values) as [keyof typeof ranges, string][];
      return [
        [...run, ...given.map(([flag, value]) => `${flag}=${value}`)],
        given.map(
          ([flag, value]) =>
            `${flag}: error BAD_VALUE: expected a whole number from ${ranges[flag]}, got "${value}"`,
        ),
      ] as const;
    };
    await expectRefused(offline(), [
      numbers({ '--iterations': '5x', '--workers': '-1', '--seed': '9007199254740993' }),
      numbers({ '--iterations': '0', '--workers': '2.5', '--seed': '-1' }),
      numbers({ '--iterations': '-3', '--workers': '0x10' }),
      numbers({ '--iterations': '1e9', '--workers': '10001' }),
      numbers({ '--iterations': '2.5', '--workers': '', '--seed': '∞' }),
      [[...run, '--seed', '9007199254740993'], [', which would be rounded.']],
    ]);
  });

  test('another mode than the paper engine has, or params that are not searched', () =>
    expectRefused(offline(), [
      [[...run, '--mode', 'live'], /--mode live is not available yet.*--mode paper/],
      [[...run, '--mode', 'shadow'], /--mode shadow is not available yet.*--mode paper/],
      [[...run, '--mode', 'paperr'], /paperr.*paper, shadow, live/],
      [[...run, '--enqueue', 'min_spred_pct=0.1'], /min_spred_pct.*min_spread_pct/],
    ]));

  test('a config that is not there, or is no regular file, without waiting for it', async () => {
    const machine = offline();
    const { folder } = machine;
    for (const name of ['tune.yml', 'other.yaml']) writeFileSync(join(folder, name), '');
    execFileSync('mkfifo', [join(folder, 'pipe.yml')]);
    const config = (path: string, says: string) => [['validate', '--config', path], [says]] as const;
    const missing = (name: string) => `${name}: error NO_SUCH_FILE: no such file: ${name}`;
    const here = `in the working folder ${folder}.`;
    await expectRefused(machine, [
      config('missing.yml', `${missing('missing.yml')} ${here} There are other.yaml, pipe.yml, tune.yml.`),
      config('tnue.yml', `${missing('tnue.yml')} ${here} Did you mean tune.yml?`),
      config('none/x.yml', `${missing('none/x.yml')} (there is no folder none).`),
      config('.', '.: error NOT_A_FILE: . is a folder, not a regular file. Name a file.'),
      config('pipe.yml', 'pipe.yml: error NOT_A_FILE: pipe.yml is a named pipe, not a regular file.'),
      config('/dev/zero', '/dev/zero: error NOT_A_FILE: /dev/zero is a device, not a regular file.'),
      [['run', '--config', 'pipe.yml'], ['pipe.yml is a named pipe, not a regular file.']],
    ]);
  });

  test('a file for the results that is another’s, or can never be written', async () => {
    const machine = offline();
    const { folder } = machine;
    const config = ['--config', quickConfig(folder)];
    writeFileSync(join(folder, 'notes.csv'), 'mine\n');
    mkdirSync(join(folder, 'dir'));
    writeFileSync(join(folder, 'dir', 'few-quotes.fills.csv'), 'mine\n');
    const csv = (path: string, says: string) =>
      [
        ['run', ...config, '--session-id', 'mine', '--output-csv', path],
        [`--output-csv: error BAD_VALUE: ${join(folder, path)} ${says}`],
      ] as const;
    const replace = 'Name another file, or replace it with --force.';
    const params = ['--params', 'min_spread_pct=0.2,slippage_bps=5,max_position_krw=1000000'];
    await expectRefused(machine, [
      csv('notes.csv', `exists, and not by arbtune. ${replace}`),
      csv('dir', 'cannot be written: it is not a regular file. Name another file.'),
      csv('', 'cannot be written: it is not a regular file. Name another file.'),
      csv('notes.csv/x.csv', 'cannot be written: a part of the path is not a folder (ENOTDIR).'),
      [
        ['start', ...config, '--output-csv', 'notes.csv'],
        [`notes.csv exists, and not by arbtune. ${replace}`],
      ],
      [['resume', 'mine', '--output-csv', 'notes.csv'], ['exists, and not by arbtune.']],
      [
        ['export', '--session-id', 'mine', '--out', 'notes.csv'],
        [`--out: error BAD_VALUE: ${folder}/notes.csv`],
      ],
      [
        ['replay', ...config, ...params, '--out', 'dir'],
        [`--out: error BAD_VALUE: ${folder}/dir/few-quotes.fills.csv exists, and not by arbtune. ${replace}`],
      ],
    ]);
    expect(readFileSync(join(folder, 'notes.csv'), 'utf8')).toBe('mine\n');
  });

  test('options of `replay` that would be left undone', async () => {
    const machine = offline();
    const config = ['--config', quickConfig(machine.folder)];
    const params = ['--params', 'min_spread_pct=0.2,slippage_bps=5,max_position_krw=1000000'];
    const forCsv = 'replay: --check and --iteration are for the trials of a --csv FILE';
    const all =
      'replay: --check compares all trials and writes none: leave out --iteration and --out, or --check';
    await expectRefused(machine, [
      [['replay', ...config, ...params, '--check'], [forCsv]],
      [['replay', ...config, ...params, '--iteration', '3'], [forCsv]],
      [['replay', ...config, '--csv', 'out.csv', '--check', '--out', 'trades'], [all]],
      [['replay', ...config, '--csv', 'out.csv', '--check', '--iteration', '3'], [all]],
    ]);
  });
});
