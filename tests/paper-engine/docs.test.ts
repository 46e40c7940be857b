import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { replayFiles } from '../../src/client/replay-trial.ts';
import type { Scenario } from '../../src/market-data/scenario.ts';
import { STRATEGY_PARAMS } from '../../src/paper-engine/params.ts';
import { replay } from '../../src/paper-engine/replay.ts';
import { TRIP_REASONS } from '../../src/paper-engine/risk-guard.ts';
import { DEFAULT_ENGINE_SETTINGS } from '../../src/paper-engine/settings.ts';
import { calmSettings, marketOf, quotesAt } from './markets.ts';

/** docs/paper-engine.md is what others build from: it names all there is, with the ranges and defaults of the code. */

const page = readFileSync(new URL('../../docs/paper-engine.md', import.meta.url), 'utf8');

test.each(Object.entries(STRATEGY_PARAMS))(
  'the page has the param %s with its range and default',
  (name, param) => {
    const row = page.split('\n').find((line) => line.startsWith(`| \`${name}\` |`));
    const cells = (row ?? '').split('|').map((cell) => cell.trim().replaceAll(',', ''));
    const range = (cells[3] ?? '').replace(' whole', '').split(' to ').map(Number);
    expect(range).toEqual([...param.range]);
    expect(Number(cells[4])).toBe(param.fallback);
    expect(cells[2]).toBe(param.unit);
  },
);

test('the page has every metric', () => {
  const { metrics } = replay(marketOf([{ t: 0, ...quotesAt(0) }]), {}, calmSettings());
  for (const name of Object.keys(metrics)) {
    expect(page).toContain(name.startsWith('trips_') ? '`trips_<reason>`' : `\`${name}\``);
  }
  for (const reason of TRIP_REASONS) expect(page).toContain(`\`${reason}\``);
});

test('the page has every setting, and the defaults of the risk guard', () => {
  const { upbit, guard, rebalancing } = DEFAULT_ENGINE_SETTINGS;
  for (const name of Object.keys(upbit)) expect(page).toContain(`\`${name}\``);
  for (const [name, value] of Object.entries({ ...guard, ...rebalancing })) {
    expect(page.replaceAll('\n', ' ')).toContain(`\`${name}\` ${value.toLocaleString('en')}`);
  }
});

test('the page has every column of the files that `replay --out` writes, under the name of its file', () => {
  const section = page.split('## The files of `replay --out`')[1]?.split('\n## ')[0] ?? '';
  for (const { path, header } of replayFiles('', { scenarios: [{ name: 's' }] as unknown as Scenario[] })) {
    const part = path.split('.')[1];
    const table = section.split(`\n\`${part}\`: `)[1]?.split('\n\n`')[0] ?? '';
    const described = table.matchAll(/^\| ((?:`\w+`(?:, )?)+) \|/gm);
    const columns = Array.from(described, ([, names]) =>
      (names ?? '').replaceAll('`', '').split(', '),
    ).flat();
    expect(columns.toSorted(), part).toEqual(header.split(',').toSorted());
  }
});
