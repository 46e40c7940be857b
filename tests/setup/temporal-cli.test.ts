import { chmodSync, existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { findTemporalCli, provideTemporalCli } from '../../src/embedded/temporal-cli.mjs';
import { cleanEnvironment, temporaryFolder } from '../support/environment.ts';

function program(folder: string, name: string): string {
  mkdirSync(folder, { recursive: true });
  const file = join(folder, name);
  writeFileSync(file, '#!/bin/sh\n');
  chmodSync(file, 0o755);
  return file;
}

describe('the Temporal CLI', () => {
  test('is taken from PATH before the cache folder, and a file that cannot be run is passed over', () => {
    const [path, cache] = [temporaryFolder(), temporaryFolder()];
    const environment = { PATH: path, XDG_CACHE_HOME: cache };
    expect(findTemporalCli(environment)).toBeUndefined();

    const cached = program(join(cache, 'arbtune', 'bin'), 'temporal');
    writeFileSync(join(path, 'temporal'), 'not a program');
    expect(findTemporalCli(environment)).toBe(cached);
    expect(findTemporalCli({ PATH: '', HOME: cache })).toBeUndefined();

    expect(findTemporalCli(environment)).not.toBe(program(path, 'temporal'));
    expect(findTemporalCli(environment)).toBe(join(path, 'temporal'));
  });

  test('that can be neither downloaded nor built is an error saying what to install, and leaves nothing behind', async () => {
    const [path, cache] = [temporaryFolder(), temporaryFolder()];
    // A proxy that is not there: no way out, on any machine.
    const proxy = { HTTPS_PROXY: 'http://127.0.0.1:9', https_proxy: 'http://127.0.0.1:9' };
    const environment = cleanEnvironment({ PATH: path, XDG_CACHE_HOME: cache, ...proxy });
    const lines: string[] = [];
    const attempts = ['one', 'another'].map(() =>
      provideTemporalCli({ environment, log: (line) => lines.push(line) }),
    );
    const sentence =
      /^No Temporal CLI: it cannot be downloaded, and there is no Go to build it\. Install the Temporal CLI \(.+\) .*TEMPORAL_ADDRESS/;
    for (const attempt of attempts) await expect(attempt).rejects.toThrow(sentence);

    expect(lines).toContainEqual(expect.stringMatching(/^It cannot be downloaded here: .+\.$/));
    expect(lines).toContainEqual(
      expect.stringMatching(/^Process \d+ is getting the Temporal CLI; waiting for it\.$/),
    );
    expect(existsSync(cache)).toBe(true);
    expect(readdirSync(join(cache, 'arbtune', 'bin'))).toEqual([]);
  });
});
