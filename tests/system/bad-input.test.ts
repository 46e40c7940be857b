import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { freePort } from '../support/redis-server.ts';
import { quickConfig } from './support/configs.ts';
import { BASELINE, type Sandbox, sandbox } from './support/sandbox.ts';

/** Bad input over the command line: one clear sentence, the exit code that says whose turn it is, nothing started or written. */

interface Case {
  readonly given: string;
  /** A shell's words after `arbtune`. */
  readonly args: (machine: Sandbox) => readonly string[];
  readonly says: RegExp;
}

const run = ['run', '--config', BASELINE];
const SPACE = { min_spread_pct: { type: 'float', bounds: [0.05, 0.5] } };
const config = (machine: Sandbox, tuning: object, scenario: object = {}) => [
  'run',
  '--config',
  quickConfig(machine.folder, { search_space: SPACE, ...tuning }, { ...scenario }),
];
const quote = { t: 0, upbit_bid: 5e7, upbit_ask: 50_001_000, binance_bid: 38_461, binance_ask: 38_462 };

const CASES: readonly Case[] = [
  {
    given: 'an unknown key',
    args: (machine) => config(machine, { max_iteration: 5 }),
    says: /tuning\.yaml:\d+:\d+: .*max_iteration.*max_iterations/s,
  },
  {
    given: 'bounds reversed',
    args: (machine) => config(machine, { search_space: { slippage_bps: { type: 'int', bounds: [30, 1] } } }),
    says: /tuning\.yaml:\d+:\d+: .*slippage_bps.*30.*1/s,
  },
  {
    given: 'an empty search space',
    args: (machine) => config(machine, { search_space: {} }),
    says: /tuning\.yaml:\d+:\d+: .*search_space/s,
  },
  {
    given: 'a missing scenario',
    args: (machine) => config(machine, { scenarios: ['nowhere.yaml'] }),
    says: /tuning\.yaml:\d+:\d+: .*nowhere\.yaml/s,
  },
  {
    given: 'a scenario with a crossed book',
    args: (machine) => config(machine, {}, { steps: [quote, { ...quote, t: 1, upbit_ask: 49_000_000 }] }),
    says: /scenario\.yaml:\d+:\d+: .*upbit/s,
  },
  {
    given: 'a scenario with a zero price',
    args: (machine) => config(machine, {}, { steps: [quote, { ...quote, t: 1, binance_bid: 0 }] }),
    says: /scenario\.yaml:\d+:\d+: .*binance_bid.*0/s,
  },
  {
    given: 'a config that is not there',
    args: () => ['run', '--config', 'nowhere.yaml'],
    says: /nowhere\.yaml/,
  },
  {
    given: '--iterations 0',
    args: () => [...run, '--iterations', '0'],
    says: /--iterations: expected a whole number 1\.\.1000000, got "0"/,
  },
  {
    given: '--iterations 5x',
    args: () => [...run, '--iterations', '5x'],
    says: /--iterations: expected a whole number .*got "5x"/,
  },
  {
    given: '--workers -1',
    args: () => [...run, '--workers', '-1'],
    says: /--workers: expected a whole number .*got "-1"/,
  },
  {
    given: 'a session id with /',
    args: () => [...run, '--session-id', 'a/b'],
    says: /session id must be .*got "a\/b"/,
  },
  {
    given: 'a session id with :',
    args: () => [...run, '--session-id', 'a:b'],
    says: /session id must be .*got "a:b"/,
  },
  {
    given: 'a session id with a newline',
    args: () => [...run, '--session-id', 'a\nb'],
    says: /session id must be .*got "a\\nb"/,
  },
  {
    given: 'a session id of the way up',
    args: () => [...run, '--session-id', '../../etc/x'],
    says: /session id must be /,
  },
  {
    given: '--mode live',
    args: () => [...run, '--mode', 'live'],
    says: /--mode live is not available yet.*--mode paper/,
  },
  {
    given: '--mode shadow',
    args: () => [...run, '--mode', 'shadow'],
    says: /--mode shadow is not available yet.*--mode paper/,
  },
  { given: '--mode paperr', args: () => [...run, '--mode', 'paperr'], says: /paperr.*paper, shadow, live/ },
  {
    given: 'an unknown command',
    args: () => ['strat'],
    says: /unknown command 'strat'.*Did you mean start\?/s,
  },
  {
    given: 'an unknown option',
    args: () => [...run, '--iteration', '5'],
    says: /unknown option '--iteration'.*Did you mean --iterations\?/s,
  },
  {
    given: 'params of no such name to try',
    args: () => [...run, '--enqueue', 'min_spred_pct=0.1'],
    says: /min_spred_pct.*min_spread_pct/s,
  },
];

/** Nothing of an embedded server or store, and no results; at most the columns of data that was read to be checked. */
function expectUntouched(machine: Sandbox): void {
  const kept = existsSync(machine.home) ? readdirSync(machine.home) : [];
  expect(kept.filter((name) => name !== 'cache')).toEqual([]);
  const own = readdirSync(machine.folder).filter((name) => name !== 'home' && !name.endsWith('.yaml'));
  expect(own).toEqual([]);
}

describe('bad input', () => {
  test.for(CASES)('$given: exit code 2', async ({ args, says }) => {
    const machine = sandbox({ temporal: 'embedded' });
    const { code, stdout, stderr } = await machine.run(args(machine));
    expect(stderr).toMatch(says);
    expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
    expect(stderr).not.toMatch(/^\s+at /m);
    expectUntouched(machine);
  });

  test('a Temporal service that does not answer: exit code 5 within ten seconds, and no other one is started', async () => {
    const machine = sandbox({ temporal: 'embedded' });
    const address = `127.0.0.1:${await freePort()}`;
    const { code, stdout, stderr } = await machine.run(run, { TEMPORAL_ADDRESS: address });
    expect(stderr).toContain(address);
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
    expect(existsSync(join(machine.home, 'temporal'))).toBe(false);
    expect(existsSync(join(machine.folder, 'outputs'))).toBe(false);
  });

  test('a Redis that does not answer: exit code 5, its password not shown, and no other store is used', async () => {
    const machine = sandbox();
    const port = await freePort();
    const url = `redis://:canary-secret@127.0.0.1:${port}`;
    const { code, stdout, stderr } = await machine.run(run, { REDIS_URL: url });
    expect(stderr).toContain(`127.0.0.1:${port}`);
    expect(stderr).not.toContain('canary-secret');
    expect({ code, stdout }).toEqual({ code: 5, stdout: '' });
    expect(existsSync(join(machine.home, 'arbtune.sqlite'))).toBe(false);
    expect(existsSync(join(machine.folder, 'outputs'))).toBe(false);
  });

  test('a session that nobody knows: exit code 3', async () => {
    const machine = sandbox();
    for (const command of ['status', 'pause', 'resume', 'watch']) {
      const { code, stderr } = await machine.run([command, 'nobody']);
      expect(code, `${command}: ${stderr}`).toBe(3);
      expect(stderr).toContain('"nobody"');
    }
  });
});

test('`validate` finds the baseline sound, and writes nothing either', async () => {
  const machine = sandbox({ temporal: 'embedded' });
  writeFileSync(join(machine.folder, 'empty.yaml'), '');
  expect(await machine.run(['validate', '--config', BASELINE])).toMatchObject({ code: 0 });
  expect(await machine.run(['validate', '--config', 'empty.yaml'])).toMatchObject({ code: 2, stdout: '' });
  expectUntouched(machine);
});
