import { expect, test } from 'vitest';
import { renderTable, renderTables, textWidth } from '../../src/analysis/table.ts';

const columns = ['metric', 'mean', 'calm', 'rough', 'wild'].map((title) => ({ title }));
const rows = [
  ['pnl', '1', '2', '3', '4'],
  ['trades', '5', '6', '7', '8'],
];

test('a table too wide for the terminal is told in several, with every column once, and the first in each', () => {
  expect(renderTables(columns, rows, Number.POSITIVE_INFINITY)).toBe(renderTable(columns, rows));
  const narrow = renderTables(columns, rows, 26);
  expect(textWidth(narrow)).toBeLessThanOrEqual(26);
  const heads = narrow.split('\n').filter((line) => line.includes('metric'));
  expect(heads.map((line) => line.split(/[│ ]+/).filter((word) => word !== ''))).toEqual([
    ['metric', 'mean', 'calm'],
    ['metric', 'rough', 'wild'],
  ]);
  // Narrower than any two columns: what is left is wider than it should be, but whole.
  expect(
    renderTables(columns, rows, 1)
      .split('\n')
      .filter((line) => line.includes('metric')),
  ).toHaveLength(4);
});
