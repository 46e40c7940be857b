import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync, readFileSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { inspectConfig } from '../../src/config/load-config.ts';
import { temporaryFolder } from '../support/environment.ts';

/** Files that a person or a config names, and what may come of opening them: never a hang, never a file from elsewhere. */

const CALM = 'tests/fixtures/config/calm.yaml';

let folder: string;

beforeEach(() => {
  folder = join(temporaryFolder(), 'project');
  mkdirSync(join(folder, 'tuning'), { recursive: true });
  copyFileSync(CALM, join(folder, 'calm.yaml'));
});

/** The messages for a config in `tuning/` that names one scenario, without places. */
async function messagesFor(scenario: string): Promise<string[]> {
  const config = join(folder, 'tuning', 'config.yaml');
  const text = [
    'tuning:',
    `  scenarios: [${JSON.stringify(scenario)}]`,
    '  search_space: { slippage_bps: { type: int, bounds: [1, 30] } }',
  ];
  writeFileSync(config, text.join('\n'));
  return (await inspectConfig(config)).issues.map(({ code, line, column, message }) => {
    return `${line}:${column} ${code} ${message.replaceAll(folder, 'PROJECT')}`;
  });
}

const outside = (path: string) =>
  `2:15 OUTSIDE_ROOT ${path} lies outside PROJECT, the folder whose files this config may name`;

describe('a scenario file', () => {
  it('may lie beside the folder of the config', async () => {
    expect(await messagesFor('../calm.yaml')).toEqual([]);
  });

  it('may be a link to a file under the root', async () => {
    symlinkSync('../calm.yaml', join(folder, 'tuning', 'link.yaml'));
    expect(await messagesFor('link.yaml')).toEqual([]);
  });

  it.each(['/etc/passwd', '/dev/zero', '/no/such/file'])(
    '%s outside the root is refused unopened',
    async (path) => {
      expect(await messagesFor(path)).toEqual([outside(path)]);
    },
  );

  it('named with .. out of the root is refused, whether it is there or not', async () => {
    writeFileSync(join(folder, '..', 'x.yaml'), 'secret: 1');
    const above = (name: string) => outside(join(folder, '..', name));
    expect(await messagesFor('../../x.yaml')).toEqual([above('x.yaml')]);
    expect(await messagesFor('../../not-there.yaml')).toEqual([above('not-there.yaml')]);
  });

  it('is not read through a link that leads out of the root', async () => {
    symlinkSync('/etc/passwd', join(folder, 'file-link.yaml'));
    symlinkSync('/etc', join(folder, 'folder-link'));
    expect(await messagesFor('../file-link.yaml')).toEqual([outside('/etc/passwd')]);
    expect(await messagesFor('../folder-link/passwd')).toEqual([outside('/etc/passwd')]);
  });

  it('that is a link to nothing is not there', async () => {
    symlinkSync('nowhere.yaml', join(folder, 'dangling.yaml'));
    expect(await messagesFor('../dangling.yaml')).toEqual([
      '2:15 NO_SUCH_FILE no such file: dangling.yaml in PROJECT',
    ]);
  });

  it('that is a folder, a pipe or a socket is refused without waiting for it', async () => {
    execFileSync('mkfifo', [join(folder, 'pipe.yaml')]);
    const server = createServer().listen(join(folder, 'socket.yaml'));
    try {
      const refused = (name: string, kind: string) =>
        `2:15 NOT_A_FILE PROJECT${name} is ${kind}, not a regular file`;
      expect(await messagesFor('../pipe.yaml')).toEqual([refused('/pipe.yaml', 'a named pipe')]);
      expect(await messagesFor('../socket.yaml')).toEqual([refused('/socket.yaml', 'a socket')]);
      expect(await messagesFor('..')).toEqual([refused('', 'a folder')]);
    } finally {
      server.close();
    }
  });

  it('with a NUL in its name is refused', async () => {
    expect(await messagesFor('../calm.yaml\0.txt')).toHaveLength(1);
    expect((await messagesFor('../calm.yaml\0.txt'))[0]).toContain('is not a file name');
  });

  it('in another encoding than UTF-8 is refused', async () => {
    writeFileSync(join(folder, 'utf16.yaml'), Buffer.from('\ufeffsymbols: {}', 'utf16le'));
    expect(await messagesFor('../utf16.yaml')).toEqual([
      '2:15 ENCODING PROJECT/utf16.yaml is not UTF-8 text',
    ]);
  });

  it('with a byte order mark is read as if it had none', async () => {
    writeFileSync(join(folder, 'bom.yaml'), `\ufeff${readFileSync(CALM, 'utf8')}`);
    expect(await messagesFor('../bom.yaml')).toEqual([]);
  });
});

describe('the root', () => {
  it('is the project the config belongs to, where it belongs to one', async () => {
    writeFileSync(join(folder, '..', 'package.json'), '{}');
    copyFileSync(CALM, join(folder, '..', 'above.yaml'));
    expect(await messagesFor('../../above.yaml')).toEqual([]);
  });

  it('can be named', async () => {
    await messagesFor('../calm.yaml');
    const config = join(folder, 'tuning', 'config.yaml');
    const { issues, sources } = await inspectConfig(config, {}, { root: join(folder, 'tuning') });
    expect(issues.map(({ code }) => code)).toEqual(['OUTSIDE_ROOT']);
    expect(sources.root).toBe(join(folder, 'tuning'));
  });
});

describe('the config file', () => {
  it('that is not there gets the nearest name', async () => {
    writeFileSync(join(folder, 'tune.yml'), '');
    const { issues } = await inspectConfig(join(folder, 'tnue.yml'));
    expect(issues).toMatchObject([
      { source: join(folder, 'tnue.yml'), code: 'NO_SUCH_FILE', hint: 'Did you mean tune.yml?' },
    ]);
    expect(issues[0]?.message).toBe(`no such file: tnue.yml in ${folder}`);
  });

  it.each([
    ['/dev/zero', 'a device'],
    ['/tmp', 'a folder'],
  ])('%s is not one', async (path, kind) => {
    const { issues } = await inspectConfig(path);
    expect(issues).toMatchObject([{ code: 'NOT_A_FILE', message: `${path} is ${kind}, not a regular file` }]);
  });
});

describe('an attack on the reader', () => {
  const deep = 20_000;
  const attacks: Readonly<Record<string, () => string>> = {
    'nested lists': () => '['.repeat(deep),
    'nested lists, closed': () => '['.repeat(deep) + ']'.repeat(deep),
    'nested mappings': () => '{a: '.repeat(deep),
    'nested items': () => `${'- '.repeat(deep)}x`,
    'nested keys': () => '? '.repeat(deep),
    'nesting by indentation': () => Array.from({ length: 1_400 }, (_, i) => `${' '.repeat(i)}a:`).join('\n'),
    'a bomb of aliases': () =>
      `a0: &a0 [${'x, '.repeat(9)}x]\n${Array.from({ length: 30 }, (_, i) => `a${i + 1}: &a${i + 1} [${`*a${i}, `.repeat(9)}*a${i}]`).join('\n')}`,
    'a long number': () => `tuning: { seed: ${'9'.repeat(500_000)} }`,
    'a long key': () => `${'k'.repeat(500_000)}: 1`,
    'long values': () =>
      `tuning: { ${'k'.repeat(1_000)}: 1, name: ${'x'.repeat(100_000)}, method: ${'y'.repeat(100_000)} }`,
    'one key many times': () => 'a: 1\n'.repeat(5_000),
    'many constraints': () =>
      `tuning: { objective: { constraints: [${'{ metric: trades, op: <, value: 1 }, '.repeat(1_500)}] } }`,
    'many choices': () =>
      `tuning: { search_space: { slippage_bps: { type: categorical, choices: [${Array.from({ length: 5_000 }, (_, i) => i).join(', ')}] } } }`,
    'many keys': () => Array.from({ length: 10_000 }, (_, i) => `key${i}: 1`).join('\n'),
  };

  it('is refused in few words, within a second and 200 MB, whatever it is', () => {
    const paths = Object.entries(attacks).map(([name, text]) => {
      const path = join(folder, `${name}.yaml`);
      writeFileSync(path, text());
      return path;
    });
    const large = join(folder, '50 MB.yaml');
    writeFileSync(large, '');
    truncateSync(large, 50 * 1024 * 1024);
    const { files, megabytes, plainSeconds } = inspectApart([...paths, large]);
    // On a machine so slow that plain lines take long as well, twice that.
    const limit = Math.max(1, 2 * plainSeconds);
    expect(files.map(({ path }) => path)).toEqual([...paths, large]);
    for (const { path, code, seconds, said } of files) {
      expect(code, path).toBeDefined();
      expect(said, path).toBeLessThan(20_000);
      expect(seconds, path).toBeLessThan(limit);
    }
    expect(files.at(-1)?.code).toBe('TOO_LARGE');
    expect(megabytes).toBeLessThan(200);
  });
});

/**
 * In a process of its own: processor time for each (others may keep the machine busy) and for 10,000 plain lines, and
 * memory at most, of a heap that is made to collect what is no longer needed.
 */
function inspectApart(paths: readonly string[]): {
  files: { path: string; code?: string; seconds: number; said: number }[];
  megabytes: number;
  plainSeconds: number;
} {
  const script = `
    import { parseDocument } from 'yaml';
    import { formatIssues } from './src/config/format-issues.ts';
    import { inspectConfig } from './src/config/load-config.ts';
    const secondsSince = (start) => {
      const { user, system } = process.cpuUsage(start);
      return (user + system) / 1e6;
    };
    const plain = process.cpuUsage();
    parseDocument(Array.from({ length: 10_000 }, (_, i) => 'line' + i + ': 1').join('\\n'));
    const plainSeconds = secondsSince(plain);
    const files = [];
    for (const path of process.argv.slice(1)) {
      const start = process.cpuUsage();
      const { issues } = await inspectConfig(path);
      const seconds = secondsSince(start);
      const said = formatIssues(issues).length;
      files.push({ path, code: issues[0]?.code, seconds, said });
    }
    console.log(JSON.stringify({ files, megabytes: process.resourceUsage().maxRSS / 1024, plainSeconds }));`;
  const heap = ['--max-old-space-size=64', '--max-semi-space-size=4'];
  const options = [...heap, '--input-type=module-typescript', '-e', script, ...paths];
  return JSON.parse(execFileSync(process.execPath, options, { encoding: 'utf8' }));
}
