import { expect, test } from 'vitest';
import { inspectConfig, loadConfig } from '../../src/config/load-config.ts';
import { specHash } from '../../src/config/spec-hash.ts';

test('a pruner is part of what decides a session’s results', async () => {
  const { spec } = await loadConfig('tests/fixtures/config/pruner.yaml');
  expect(spec.pruner).toEqual({ maxError: 0.2 });
  const { pruner: _, ...plain } = spec;
  expect(specHash(plain)).not.toBe(spec.specHash);
});

test('a pruner needs several scenarios and one objective', async () => {
  const { issues } = await inspectConfig('tests/fixtures/config/pruner-alone.yaml');
  expect(issues.map(({ path, message }) => `${path} ${message}`)).toEqual([
    'tuning.pruner needs at least 2 scenarios and a single objective, got 1 and 2',
  ]);
});
