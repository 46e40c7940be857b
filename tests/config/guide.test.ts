import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeEach, describe, expect, it, onTestFinished, vi } from 'vitest';
import { parse, stringify } from 'yaml';
import { configTables, withFiles, withTables } from '../../scripts/config-reference.ts';
import { inspectConfig } from '../../src/config/load-config.ts';
import { readScenario } from '../../src/config/load-scenario.ts';
import { temporaryFolder } from '../support/environment.ts';

/** The guide's part on the config file cannot say what the schemas do not. */

const guide = readFileSync('docs/guide.md', 'utf8');
const examples = Array.from(guide.matchAll(/```yaml\n([\s\S]*?)```/g), ([, text]) => text ?? '');

it('the tables and files in the guide are those of `npm run schema`', () => {
  const current = withFiles(withTables(guide, configTables()), (path) => readFileSync(path, 'utf8'));
  expect(guide).toBe(current);
});

it('a table that the guide has no place for is missed', () => {
  expect(() => withTables('', { lost: '' })).toThrow('The guide has no place for the tables lost');
  expect(() => withTables('<!-- table other -->\n<!-- end -->', {})).toThrow('There is no table other');
});

describe('an example of the guide', () => {
  const base = {
    scenarios: ['../scenarios/stop_loss_trigger.yaml'],
    search_space: { slippage_bps: { type: 'int', bounds: [1, 30] } },
  };

  let folder: string;
  beforeEach(() => {
    folder = temporaryFolder();
    cpSync('configs', join(folder, 'configs'), { recursive: true });
    cpSync('data', join(folder, 'data'), { recursive: true });
    writeFileSync(join(folder, 'package.json'), '{}');
    mkdirSync(join(folder, 'home'));
  });

  it.each(examples)('is taken without a complaint: %s', async (text) => {
    vi.stubEnv('ARBTUNE_HOME', join(folder, 'home'));
    onTestFinished(() => {
      vi.unstubAllEnvs();
    });
    const written = parse(text);
    if (written.tuning === undefined) {
      const path = join(folder, 'configs/scenarios/example.yaml');
      writeFileSync(path, text);
      expect(await readScenario(path, folder)).toMatchObject({ ok: true, warnings: [] });
      return;
    }
    const path = join(folder, 'configs/tuning/example.yaml');
    // A piece of a config stands for the config that it is a piece of.
    writeFileSync(path, stringify({ tuning: { ...base, ...written.tuning } }));
    expect((await inspectConfig(path)).issues).toEqual([]);
  });

  it('is there for all that a config is made of', () => {
    const keys = new Set(examples.flatMap((text) => Object.keys(parse(text).tuning ?? {})));
    const expected = ['search_space', 'fixed', 'enqueue', 'objective', 'limits', 'stopping', 'engine'];
    expect([...keys]).toEqual(expect.arrayContaining(expected));
  });
});
