import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { parse } from 'yaml';
import { jsonSchemas } from '../../src/config/json-schema.ts';
import { loadScenario } from '../../src/config/load-scenario.ts';
import { METRIC_NAMES } from '../../src/config/metric-names.ts';
import { tuningFileSchema } from '../../src/config/tuning-schema.ts';
import { marketDataFromSteps } from '../../src/market-data/steps.ts';
import { replay } from '../../src/paper-engine/replay.ts';
import { DEFAULT_ENGINE_SETTINGS } from '../../src/paper-engine/settings.ts';

/** What is derived from the code, and files for editors and tests that must keep up with it. */

describe('the schemas for editors', () => {
  it.each(Object.entries(jsonSchemas()))('%s is what `npm run schema` writes', (name, text) => {
    expect(readFileSync(join('configs', name), 'utf8')).toBe(text);
  });

  it('are named by every config and scenario shipped', () => {
    for (const [folder, schema] of [
      ['configs/tuning', '../tuning.schema.json'],
      ['configs/scenarios', '../scenario.schema.json'],
    ] as const) {
      const files = readdirSync(folder).filter((name) => name.endsWith('.yaml'));
      expect(files.length).toBeGreaterThan(0);
      for (const name of files) {
        const [first] = readFileSync(join(folder, name), 'utf8').split('\n');
        expect(first, name).toBe(`# yaml-language-server: $schema=${schema}`);
      }
    }
  });
});

it('the metrics an objective can name are those the engine measures', async () => {
  const scenario = await loadScenario('tests/fixtures/config/calm.yaml', '.');
  const { metrics } = replay(marketDataFromSteps(scenario), {}, DEFAULT_ENGINE_SETTINGS);
  expect([...METRIC_NAMES].sort()).toEqual(Object.keys(metrics).sort());
});

it('the config with everything in it has every key there is', () => {
  const written = parse(readFileSync('tests/fixtures/config/everything.yaml', 'utf8'));
  // A pruner goes with one objective and several scenarios: tests/config/pruner.test.ts.
  const all = Object.keys(tuningFileSchema.shape.tuning.shape).filter((key) => key !== 'pruner');
  expect(Object.keys(written.tuning).sort()).toEqual([...all].sort());
});
