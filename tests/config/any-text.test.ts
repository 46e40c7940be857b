import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { formatIssues } from '../../src/config/format-issues.ts';
import { inspectConfig } from '../../src/config/load-config.ts';
import { parseYaml } from '../../src/config/yaml-source.ts';
import { temporaryFolder } from '../support/environment.ts';
import { fc } from '../support/properties.ts';

/** Whatever a file holds, it is told off in words with a place in it: nothing is thrown, nothing points outside. */

const sound = readFileSync('tests/fixtures/config/everything.yaml', 'utf8');

/** The sound config with a piece of it replaced by something else: errors of every depth. */
const damaged = fc
  .record({
    from: fc.nat(sound.length),
    length: fc.nat(30),
    put: fc.oneof(
      fc.string({ maxLength: 10 }),
      fc.constantFrom(
        '[',
        '}',
        ': ',
        '\n',
        '\t',
        '- ',
        '&a ',
        '*a',
        '!!x ',
        '.inf',
        '-1',
        'null',
        '"',
        '|',
        '{}',
        '#',
      ),
    ),
  })
  .map(({ from, length, put }) => sound.slice(0, from) + put + sound.slice(from + length));

it('a damaged config is refused or loaded, never an exception', async () => {
  const path = join(temporaryFolder(), 'c.yaml');
  writeFileSync(join(path, '..', 'calm.yaml'), readFileSync('tests/fixtures/config/calm.yaml'));
  let refused = 0;
  await fc.assert(
    fc.asyncProperty(damaged, async (text) => {
      writeFileSync(path, text);
      const { spec, issues } = await inspectConfig(path);
      const errors = issues.filter(({ severity }) => severity === 'error');
      expect(spec === undefined).toBe(errors.length > 0);
      if (errors.length > 0) refused++;
      const lines = text.split('\n');
      const placed = issues.filter(({ source, code }) => source === path && code !== 'AND_MORE');
      for (const { source, line, column, excerpt } of placed) {
        expect(source).toBe(path);
        expect(line).toBeGreaterThanOrEqual(1);
        expect(line).toBeLessThanOrEqual(lines.length);
        expect(excerpt).toBe(lines[line! - 1]!.replace(/\r$/, ''));
        expect(column).toBeLessThanOrEqual(excerpt!.length + 1);
      }
      // Nothing but text reaches the terminal.
      expect(formatIssues(issues).replaceAll('\n', '')).not.toMatch(/\p{Cc}/u);
    }),
    { numRuns: 400 },
  );
  expect(refused).toBeGreaterThan(100);
});

it('any text at all can be looked at as YAML', () => {
  fc.assert(
    fc.property(fc.string({ unit: 'binary', maxLength: 60 }), (text) => {
      const { findings, data } = parseYaml('any', text);
      expect(data === undefined).toBe(findings.errors.length > 0 && data === undefined);
      if (data === undefined) expect(findings.errors.length).toBeGreaterThan(0);
    }),
    { numRuns: 500 },
  );
});
