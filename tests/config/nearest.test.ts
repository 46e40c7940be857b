import { expect, it } from 'vitest';
import { nearestName } from '../../src/config/nearest.ts';

const names = ['entryBps', 'slippage_bps', 'bool', 'max_drawdown', 'max_drawdown_pct'];

it.each([
  ['entryBsp', 'entryBps'],
  ['slipage_bps', 'slippage_bps'],
  ['slippage-bps', 'slippage_bps'],
  ['SlippageBps', 'slippage_bps'],
  ['slippage', 'slippage_bps'],
  ['boolean', 'bool'],
  ['max_drawdwn', 'max_drawdown'],
])('%s was meant to be %s', (given, meant) => {
  expect(nearestName(given, names)).toBe(meant);
});

it.each(['', 'x', 'leverage', 'b'])('%j was meant to be none of them', (given) => {
  expect(nearestName(given, names)).toBeUndefined();
});

it('a name that is there is its own nearest', () => {
  for (const name of names) expect(nearestName(name, names)).toBe(name);
});

it('takes no time over a name of a million letters', () => {
  expect(nearestName('x'.repeat(1_000_000), names)).toBeUndefined();
});
