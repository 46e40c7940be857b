import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { writeResultsCsv, writeResultsCsvInPages } from '../../src/analysis/csv.ts';
import type { TrialRecord } from '../../src/store/trial-record.ts';
import { anyTrials, trial } from '../store/records.ts';
import { temporaryFolder } from '../support/environment.ts';
import { fc } from '../support/properties.ts';

/** Records in pages of the given size, and how often they were asked for. */
function paged(records: readonly TrialRecord[], size: number) {
  const asked = { times: 0 };
  async function* pages() {
    asked.times += 1;
    for (let start = 0; start < records.length; start += size) yield records.slice(start, start + size);
  }
  return { asked, pages };
}

const TEN = Array.from({ length: 10 }, (_, n) => trial(n + 1));

describe('the CSV file of records that come in pages', () => {
  let dir: string;
  beforeEach(() => {
    dir = temporaryFolder();
  });
  const bytesOf = async (path: string) => await readFile(path, 'utf8');

  it('is byte for byte that of the same records at once, whatever columns any of them brings', async () => {
    const [atOnce, inPages] = [join(dir, 'at-once.csv'), join(dir, 'in-pages.csv')];
    await fc.assert(
      fc.asyncProperty(anyTrials(), fc.integer({ min: 1, max: 4 }), async (records, size) => {
        await writeResultsCsv(atOnce, records);
        await writeResultsCsvInPages(inPages, paged(records, size).pages);
        expect(await bytesOf(inPages)).toBe(await bytesOf(atOnce));
      }),
      { numRuns: 100 },
    );
  });

  it.each([
    ['once where the first page has every column', {}, 1],
    ['twice where a later one brings another', { metrics: { late: 1 } }, 2],
  ])('reads the records %s', async (_, ninth, times) => {
    const records = TEN.map((record) => (record.iteration === 9 ? { ...record, ...ninth } : record));
    const { asked, pages } = paged(records, 2);
    await writeResultsCsvInPages(join(dir, 'out.csv'), pages);
    expect(asked.times).toBe(times);
    await writeResultsCsv(join(dir, 'at-once.csv'), records);
    expect(await bytesOf(join(dir, 'out.csv'))).toBe(await bytesOf(join(dir, 'at-once.csv')));
  });

  it('stays as it was when a page cannot be read', async () => {
    const path = join(dir, 'out.csv');
    await writeFile(path, 'old');
    const failing = async function* () {
      yield TEN;
      throw new Error('the store is gone');
    };
    await expect(writeResultsCsvInPages(path, failing)).rejects.toThrow('the store is gone');
    expect(await bytesOf(path)).toBe('old');
    expect(await readdir(dir)).toEqual(['out.csv']);
  });
});
