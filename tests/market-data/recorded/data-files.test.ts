import { execFileSync } from 'node:child_process';
import { mkdirSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scenarioDataHash } from '../../../src/market-data/load.ts';
import { csvOf, Folder, loadUpbit, MAPPED, recordingOf } from './recordings.ts';

const SOUND = csvOf([[0, 100, 101]]);

const load = (folder: Folder, file: string) => loadUpbit(folder, { ...MAPPED, file });

describe('a data file is refused when it', () => {
  it.each(['../q.csv', 'sub/../../q.csv', '/etc/hostname', 'q.csv\0', '.'])('is %j', async (file) => {
    await expect(load(new Folder(), file)).rejects.toThrow(`${JSON.stringify(file)} lies outside`);
  });

  it('is a link that leads out of the root', async () => {
    const folder = new Folder({ 'q.csv': SOUND });
    symlinkSync('/etc/hostname', join(folder.root, 'link.csv'));
    symlinkSync('/etc', join(folder.root, 'etc'));
    await expect(load(folder, 'link.csv')).rejects.toThrow('"link.csv" lies outside');
    await expect(load(folder, 'etc/hostname')).rejects.toThrow('"etc/hostname" lies outside');
  });

  it('is a folder, a named pipe without a writer, or a device', async () => {
    const folder = new Folder();
    mkdirSync(join(folder.root, 'folder.csv'));
    execFileSync('mkfifo', [join(folder.root, 'pipe.csv')]);
    await expect(load(folder, 'folder.csv')).rejects.toThrow('folder.csv is not a regular file');
    await expect(load(folder, 'pipe.csv')).rejects.toThrow('pipe.csv is not a regular file');
    symlinkSync('/dev/zero', join(folder.root, 'zero.csv'));
    await expect(load(folder, 'zero.csv')).rejects.toThrow('"zero.csv" lies outside');
  });

  it('is not there, or its name could stand for several files', async () => {
    const folder = new Folder({ 'q[1].csv': SOUND, 'q1.csv': SOUND });
    await expect(load(folder, 'q.csv')).rejects.toThrow('Scenario "recorded": q.csv: no such file under');
    await expect(load(folder, 'q[1].csv')).rejects.toThrow('cannot stand in the path of a data file');
  });
});

describe('a data file', () => {
  it('may be reached by a link that stays under the root', async () => {
    const folder = new Folder({ 'sub/q.csv': SOUND });
    symlinkSync(join(folder.root, 'sub'), join(folder.root, 'link'));
    expect((await load(folder, 'link/q.csv')).data.rows).toBe(1);
  });

  it('is known by its content: its name and place make no difference', async () => {
    const folder = new Folder({ 'a.csv': SOUND, 'sub/b.csv': SOUND, 'c.csv': SOUND.replace('100', '99') });
    const hashOf = (file: string) => {
      const source = { ...MAPPED, file };
      return scenarioDataHash([recordingOf({ upbit: source, binance: source })], folder);
    };
    expect(await hashOf('sub/b.csv')).toBe(await hashOf('a.csv'));
    expect(await hashOf('c.csv')).not.toBe(await hashOf('a.csv'));
  });
});
