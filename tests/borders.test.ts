import { globSync, readFileSync } from 'node:fs';
import { dirname, join, relative } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';

/** What may import what: pure code stays usable without a server, and workflow code inside its sandbox. */

const root = fileURLToPath(new URL('..', import.meta.url));

/** Modules that exist at run time (not `import type`), as written. */
function runtimeImports(file: string): string[] {
  const source = readFileSync(join(root, file), 'utf8');
  const statements = source.matchAll(/^(?:import|export)\s(?!type\s)(?:[^;'"]*?\sfrom\s)?'([^']+)'/gm);
  return [...statements].map((statement) => statement[1] as string);
}

/** Everything a file reaches at run time: our files, and the packages they name. */
function reach(entry: string): { files: Set<string>; packages: Map<string, string> } {
  const files = new Set<string>();
  const packages = new Map<string, string>();
  const visit = (file: string): void => {
    if (files.has(file)) return;
    files.add(file);
    for (const name of runtimeImports(file)) {
      if (name.startsWith('.')) visit(relative(root, join(root, dirname(file), name)));
      else packages.set(name, file);
    }
  };
  visit(entry);
  return { files, packages };
}

const pureFolders = ['search-space', 'optimizers', 'paper-engine', 'objective'];

test.each(pureFolders)(
  '%s reaches no package, no file system, no clock and no unseeded random number',
  (folder) => {
    const entries = globSync(`src/${folder}/**/*.ts`, { cwd: root });
    expect(entries.length).toBeGreaterThan(0);
    for (const entry of entries) {
      const { files, packages } = reach(entry);
      expect(Object.fromEntries(packages), `imports of ${entry}`).toEqual({});
      for (const file of files) {
        const source = readFileSync(join(root, file), 'utf8').replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*$/gm, '');
        expect(
          source.match(/Math\.random|Date\.now|new Date\(|performance\.now|(?<![-\w])process\./g),
          file,
        ).toBeNull();
      }
    }
  },
);

test('the workflow reaches Temporal’s workflow package and pure code only', () => {
  const { files, packages } = reach('src/workflows/tuning-session.ts');
  expect(files.size).toBeGreaterThan(10);
  expect([...packages.keys()].sort()).toEqual(['@temporalio/common', '@temporalio/workflow']);
});

test('properties are tried on values that come again', () => {
  const tests = globSync('tests/**/*.ts', { cwd: root });
  const unseeded = tests.filter((file) => runtimeImports(file).includes('fast-check'));
  expect(unseeded).toEqual(['tests/support/properties.ts']);
});

test('an import that breaks a border is seen', () => {
  const { packages } = reach('src/store/sqlite-store.ts');
  expect([...packages.keys()].some((name) => name.startsWith('node:'))).toBe(true);
});
