import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatIssues } from '../../src/config/format-issues.ts';
import { ConfigError, MAX_ISSUES } from '../../src/config/issue.ts';
import { inspectConfig, loadConfig } from '../../src/config/load-config.ts';
import { loadScenario } from '../../src/config/load-scenario.ts';

/**
 * Every wrong config and scenario of tests/fixtures/config has the whole text that people read in the `.txt` beside
 * it. Who changes a message reads the new one and writes it there.
 */

const fixtures = 'tests/fixtures/config';

function wrongFiles(folder: string): string[] {
  return readdirSync(join(fixtures, folder)).filter((name) => name.endsWith('.yaml'));
}

function expectedText(folder: string, file: string): string {
  return readFileSync(join(fixtures, folder, file.replace('.yaml', '.txt')), 'utf8').trimEnd();
}

describe('a wrong config', () => {
  it.each(wrongFiles('tuning'))('%s is told off in full', async (file) => {
    const { issues } = await inspectConfig(join(fixtures, 'tuning', file));
    expect(issues.length).toBeGreaterThan(0);
    expect(formatIssues(issues)).toBe(expectedText('tuning', file));
  });

  it('is refused with every error and none of the warnings', async () => {
    const path = join(fixtures, 'tuning', 'unknown-params.yaml');
    await expect(loadConfig(path)).rejects.toThrow(ConfigError);
    await expect(loadConfig(path)).rejects.toMatchObject({
      kind: 'input',
      exitCode: 2,
      message: expectedText('tuning', 'unknown-params.yaml'),
      issues: [{ code: 'UNKNOWN_PARAM' }, { code: 'UNKNOWN_PARAM' }, { code: 'UNKNOWN_PARAM' }],
    });
  });

  it('has no more errors told than anyone would read, and how many it has more', async () => {
    const { issues } = await inspectConfig(join(fixtures, 'tuning', 'many-errors.yaml'));
    expect(issues).toHaveLength(MAX_ISSUES + 1);
    expect(issues.at(-1)).toMatchObject({ code: 'AND_MORE', message: 'and 5 more errors' });
  });

  it('that only looks wrong is loaded, with warnings', async () => {
    const { warnings } = await loadConfig(join(fixtures, 'tuning', 'looks-wrong.yaml'));
    expect(`${warnings.join('\n')}`).toBe(expectedText('tuning', 'looks-wrong.yaml'));
  });

  it('says which option is wrong beside what the file has wrong', async () => {
    const path = join(fixtures, 'tuning', 'empty-space.yaml');
    const overrides = { iterations: 0, workers: 2.5, seed: -1, optimizer: 'gird' as 'grid' };
    const { issues } = await inspectConfig(path, overrides);
    expect(formatIssues(issues)).toBe(
      [
        '--iterations: error BAD_VALUE: expected a whole number from 1 to 1,000,000, got 0.',
        '--optimizer: error BAD_VALUE: expected grid | random | bayesian, got gird. Did you mean grid?',
        '--workers: error BAD_VALUE: expected a whole number from 1 to 10,000, got 2.5.',
        '--seed: error BAD_VALUE: expected a whole number from 0 to 9,007,199,254,740,991, got -1.',
        expectedText('tuning', 'empty-space.yaml'),
      ].join('\n'),
    );
  });

  it('is not found wrong for a grid that an override does not search', async () => {
    const path = join(fixtures, 'tuning', 'grid-too-large.yaml');
    const { spec } = await loadConfig(path, { optimizer: 'random' });
    expect(spec.optimizer.method).toBe('random');
  });
});

describe('a wrong scenario', () => {
  it.each(wrongFiles('scenarios'))('%s is told off in full', async (file) => {
    await expect(loadScenario(join(fixtures, 'scenarios', file), '.')).rejects.toMatchObject({
      kind: 'input',
      message: expectedText('scenarios', file),
    });
  });

  it('is told off in its own file when a config names it', async () => {
    const path = join(fixtures, 'names-crossed-book.yaml');
    const { issues, sources } = await inspectConfig(path);
    expect(formatIssues(issues)).toBe(expectedText('scenarios', 'crossed-book.yaml'));
    expect(sources.config.endsWith('names-crossed-book.yaml')).toBe(true);
  });
});
