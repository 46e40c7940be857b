import { readFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { missingBinaries } from '../../scripts/complete-lock.mjs';

test('the lock file has the binaries of every system, or else `npm ci` refuses it: run `npm run complete-lock`', () => {
  const lock = JSON.parse(readFileSync('package-lock.json', 'utf8'));
  expect(missingBinaries(lock)).toEqual([]);

  const { 'node_modules/@biomejs/cli-darwin-arm64': _taken, ...packages } = lock.packages;
  expect(missingBinaries({ packages })).toMatchObject([{ name: '@biomejs/cli-darwin-arm64', dev: true }]);
});
