import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import {
  expectConfigRefused,
  expectRefused,
  expectUntouched,
  expectWarned,
  expectYamlRefused,
  offline,
  SCENARIO,
} from '../support/refusals.ts';
import { BASELINE } from '../support/sandbox.ts';

/** Configs and scenarios that cannot be used: every fault by line and column, with what is allowed and how to mend it. */

test('the baseline is sound, and `validate` writes nothing to find that out', async () => {
  const machine = offline();
  expect(await machine.run(['validate', '--config', BASELINE])).toMatchObject({ code: 0 });
  expectUntouched(machine, []);
});

describe('of a config or scenario, it is told', () => {
  test('what is not YAML, or more than a config needs, each at its place', async () => {
    const bomb = Array.from(
      { length: 9 },
      (_, i) => `a${i + 1}: &a${i + 1} [*a${i}, *a${i}, *a${i}, *a${i}]`,
    );
    const machine = offline();
    await expectYamlRefused(machine, {
      'no-text': ['', '1:1: error EMPTY_DOCUMENT: the document is empty; expected a mapping.'],
      'list-at-top': [
        '- symbols\n',
        '1:1: error BAD_VALUE: expected a mapping (key: value) at the top, got a list.',
      ],
      'tab-indent': [
        'symbols:\n\texchange_rate: 1300\n',
        '2:1: error TAB: tabs are not allowed as indentation. Indent with spaces.\n  2 | →exchange_rate: 1300\n    | ^',
      ],
      'key-twice': [
        `name: a\nname: b\n${SCENARIO}`,
        '2:1: error DUPLICATE_KEY: name: this key is already defined at 1:1. Remove one of the two.',
      ],
      'two-documents': [
        `${SCENARIO}---\nname: b\n`,
        '5:1: error MANY_DOCUMENTS: a second document starts here; one document per file is allowed.',
      ],
      unclosed: [
        'steps: [1, 2\nname: a\n',
        '2:1: error UNCLOSED: missing ]: what [ opened at 1:8 is not closed.',
      ],
      'alias-bomb': [
        `a0: &a0 [x, x, x]\n${bomb.join('\n')}\n`,
        '1:1: error ALIAS: the aliases (*name) expand to more than 100 copies. Write the values out.',
      ],
      tagged: [
        "name: !!js/function 'x'\n",
        '1:21: error TAG: name: the tag !!js/function is not allowed: configs hold plain values only. Remove the tag.',
      ],
    });
  });

  test('everything that its keys and values mean and must not, all at once', async () => {
    const config = `tuning:
  scenarios: [scenario.yaml]
  method: gird
  search_space:
    slippage_bps: { type: int, bounds: [40, 1] }
    trade_cooldown_s: { type: int, bounds: [40, 40] }
    stale_ms: { type: float, bounds: [0, 100], log: true }
    order_share: { type: float, bounds: [0.1, 0.5], step: 0.7 }
    max_trades_per_hour: { type: int, bounds: [1, 30], step: 7 }
    min_spread_pct: { type: float, bounds: ["0,001", "0.1%"] }
    inventory_skew_pct: { type: categorical, choices: [1, 5, 1] }
    rebalance_threshold: { type: categorical, choices: [] }
    slippage_bps: { type: int, bounds: [1, 3] }
    entryBsp: { type: int, bounds: [1, 3] }
  stopping: { target: .nan, expected_regret: 1e400, time_limit_s: 1_000 }
  objective:
    metric: max_drawdwn
    constraints:
      - { metric: trades, op: '>=', value: 10 }
      - { metric: trades, op: '<=', value: 5 }
  limits: { trial_timeout: 5 }
`;
    await expectConfigRefused(offline(), config, [
      '3:11: error BAD_VALUE: tuning.method: expected grid | random | bayesian, got the text "gird". Did you mean grid?',
      '6:44: error BOUNDS: tuning.search_space.trade_cooldown_s.bounds: low and high are both 40: there is nothing to search. Remove trade_cooldown_s here and write it under fixed: { trade_cooldown_s: 40 }.',
      '7:39: error BOUNDS: tuning.search_space.stale_ms.bounds[0]: with log: true, low must be above 0, got 0.',
      '8:59: error STEP: tuning.search_space.order_share.step: step 0.7 is larger than the range from 0.1 to 0.5: only 0.1 would be reached. Write a step of at most 0.4.',
      '9:62: error STEP: tuning.search_space.max_trades_per_hour.step: step 7 does not divide the range from 1 to 30: the last value reached is 29.',
      '10:45: error BAD_VALUE: tuning.search_space.min_spread_pct.bounds[0]: expected a number, got the text "0,001". Write 0.001.',
      '10:54: error BAD_VALUE: tuning.search_space.min_spread_pct.bounds[1]: expected a number, got the text "0.1%". Write the number alone, in the unit of the key.',
      '11:62: error DUPLICATE: tuning.search_space.inventory_skew_pct.choices[2]: the choice 1 is already listed at 11:56. Remove one of the two.',
      '12:56: error BAD_VALUE: tuning.search_space.rebalance_threshold.choices: expected a list of at least two choices, got an empty list.',
      '13:5: error DUPLICATE_KEY: tuning.search_space.slippage_bps: this key is already defined at 5:5. Remove one of the two.',
      '14:5: error UNKNOWN_PARAM: tuning.search_space.entryBsp: the strategy has no such parameter; it has min_spread_pct, slippage_bps,',
      '15:23: error NOT_FINITE: tuning.stopping.target: expected a finite number, got .nan.',
      '15:46: error NOT_FINITE: tuning.stopping.expected_regret: expected a finite number, got 1e400.',
      '15:67: error BAD_VALUE: tuning.stopping.time_limit_s: expected a number of seconds above 0, at most 2,678,400, got the text "1_000". Write 1000.',
      '16:3: error MISSING: tuning.objective.direction: missing; with a metric, expected maximize | minimize.',
      '17:13: error UNKNOWN_METRIC: tuning.objective.metric: there is no metric "max_drawdwn"; there are pnl, trades,',
      '20:9: error CONFLICT: tuning.objective.constraints[1]: no trial can keep it: trades <= 5, and trades >= 10 at 19:9. Leave room between the two, or remove one.',
      '21:13: error UNKNOWN_KEY: tuning.limits.trial_timeout: unknown key; known here: trial_timeout_s, max_attempts, max_failed_trials. Did you mean trial_timeout_s?',
    ]);
  });

  test('that bounds are reversed, a condition never holds, and where the text stands, with a caret', async () => {
    const config = `tuning:
  scenarios: [scenario.yaml]
  search_space:
    slippage_bps: { type: int, bounds: [40, 1] }
    order_share: { type: categorical, choices: [0.5, 1] }
    stale_ms: { type: categorical, choices: [1, 2], when: { order_share: 1 } }
    min_spread_pct: { type: float, bounds: [0.1, 1], when: { stale_ms: 1, order_share: 0.5 } }
`;
    await expectConfigRefused(offline(), config, [
      '4:41: error BOUNDS: tuning.search_space.slippage_bps.bounds[0]: low must be below high, got 40 and 1. Write [1, 40].\n' +
        '  4 |     slippage_bps: { type: int, bounds: [40, 1] }\n' +
        '    |                                         ^',
      '7:54: error CONDITION: tuning.search_space.min_spread_pct.when: it never holds: order_share cannot be 0.5 and at once 1.',
    ]);
  });

  test('what looks as if it were in another unit, as a warning', async () => {
    const config = `tuning:
  scenarios: [scenario.yaml]
  search_space: { min_spread_pct: { type: float, bounds: [5, 50] } }
  engine: { upbit: { taker_fee_bps: 0.1 }, binance: { taker_fee_bps: 500 } }
`;
    await expectWarned(offline(), config, [
      '3:58: warning SUSPICIOUS: tuning.search_space.min_spread_pct.bounds: a spread of 5 % is 500 bps; 5 looks like basis points. Did you mean 0.05?',
      '4:37: warning SUSPICIOUS: tuning.engine.upbit.taker_fee_bps: a fee of 0.1 bps is 0.001 %; 0.1 looks like per cent. Did you mean 10?',
      '4:70: warning SUSPICIOUS: tuning.engine.binance.taker_fee_bps: a fee of 500 bps is 5 %, more than venues take. Did you mean 5?',
    ]);
  });

  test('that a scenario or its data lies elsewhere, or is no regular file, without waiting for it', async () => {
    const machine = offline();
    const { folder } = machine;
    // The project that the files must stay in.
    writeFileSync(join(folder, 'package.json'), '{}');
    mkdirSync(join(folder, 'configs'));
    mkdirSync(join(folder, 'sound'));
    writeFileSync(join(folder, 'sound', 'scenario.yaml'), SCENARIO);
    symlinkSync('/etc/passwd', join(folder, 'link.yaml'));
    execFileSync('mkfifo', [join(folder, 'pipe.yaml')]);
    const leaving = { format: 'csv', file: '../x.csv', columns: { time: 't', bid: 'b', ask: 'a' } };
    const data = { symbols: { exchange_rate: 1300 }, data: { upbit: leaving, binance: leaving } };
    writeFileSync(join(folder, 'leaving.yaml'), JSON.stringify(data));
    const named = [
      '../../x.yaml',
      '/etc/passwd',
      '/dev/zero',
      '../link.yaml',
      '../pipe.yaml',
      '..',
      '../leaving.yaml',
    ];
    const config = (scenarios: readonly string[]) => {
      const text = scenarios.map((path) => `    - ${path}\n`).join('');
      return `tuning:\n  scenarios:\n${text}  search_space: { slippage_bps: { type: int, bounds: [1, 3] } }\n`;
    };
    writeFileSync(join(folder, 'configs', 'config.yaml'), config(named));
    writeFileSync(join(folder, 'configs', 'sound.yaml'), config(['../sound/scenario.yaml']));
    const outside = (line: number, path: string) =>
      `config.yaml:${line}:7: error OUTSIDE_ROOT: tuning.scenarios[${line - 3}]: ${path} lies outside ${folder}, the folder whose files this config may name. Move the file under that folder.`;
    await expectRefused(machine, [
      [
        ['validate', '--config', 'configs/config.yaml'],
        [
          outside(3, join(folder, '..', 'x.yaml')),
          outside(4, '/etc/passwd'),
          outside(5, '/dev/zero'),
          outside(6, '/etc/passwd'),
          'config.yaml:7:7: error NOT_A_FILE: tuning.scenarios[4]: pipe.yaml is a named pipe, not a regular file.',
          'config.yaml:8:7: error NOT_A_FILE: tuning.scenarios[5]: . is a folder, not a regular file.',
          'leaving.yaml:1:',
          `error OUTSIDE_ROOT: data.upbit.file: ${join(folder, '..', 'x.csv')} lies outside ${folder}`,
        ],
      ],
    ]);
    expect(await machine.run(['validate', '--config', 'configs/sound.yaml'])).toMatchObject({ code: 0 });
  });
});
