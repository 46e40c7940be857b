import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { loadResultsFromCsv } from '../../src/analysis/csv.ts';
import { type ExportFormat, exportFormatOf, exportResults } from '../../src/analysis/export.ts';
import { literal, withDuckDb } from '../../src/market-data/recorded/duckdb.ts';
import { anyTrials, trial } from '../store/records.ts';
import { temporaryFolder } from '../support/environment.ts';
import { fc } from '../support/properties.ts';

let dir: string;
beforeEach(() => {
  dir = temporaryFolder();
});

async function rowsOf(path: string): Promise<Record<string, unknown>[]> {
  return withDuckDb(async (connection) => {
    const result = await connection.runAndReadAll(`SELECT * FROM read_parquet(${literal(path)})`);
    return result.getRowObjects();
  });
}

describe('an export', () => {
  it('as JSON lines holds any results exactly, one to a line', async () => {
    const path = join(dir, 'x.jsonl');
    await fc.assert(
      fc.asyncProperty(anyTrials(), async (records) => {
        await exportResults(path, records, 'jsonl');
        const lines = (await readFile(path, 'utf8')).split('\n');
        expect(lines.pop()).toBe('');
        expect(lines.map((line) => JSON.parse(line))).toEqual(records);
      }),
      { numRuns: 30 },
    );
  });

  it('as Parquet has the columns of the CSV with types that can be computed with', async () => {
    const path = join(dir, 'x.parquet');
    const records = [
      trial(1, { params: { bps: 3, name: 'a', hedge: true, mixed: 1 } }),
      trial(2, {
        params: { bps: 0.1 + 0.2, name: '5', mixed: 'x' },
        objective: null,
        status: 'failed',
        error: 'e',
      }),
    ];
    await exportResults(path, records, 'parquet');
    const rows = await rowsOf(path);
    const csv = join(dir, 'x.csv');
    await exportResults(csv, records, 'csv');
    expect(Object.keys(rows[0]!)).toEqual((await readFile(csv, 'utf8')).split('\n')[0]!.split(','));
    expect(rows[0]).toMatchObject({
      iteration: 1,
      objective: records[0]!.objective,
      'param.hedge': true,
      error: null,
    });
    expect(rows[1]).toMatchObject({
      iteration: 2,
      objective: null,
      'param.bps': 0.1 + 0.2,
      'param.name': '5',
      'param.hedge': null,
      'param.mixed': 'x',
      'metric.pnl': records[1]!.metrics.pnl,
      error: 'e',
      scenario_metrics: JSON.stringify(records[1]!.scenario_metrics),
    });
    expect(await readdir(dir)).toEqual(['x.csv', 'x.parquet']);
  });

  it('as Parquet tells apart what differs in case alone', async () => {
    const path = join(dir, 'x.parquet');
    await exportResults(path, [trial(1, { params: { a: 1, A: 2, a_2: 3 } })], 'parquet');
    expect((await rowsOf(path))[0]).toMatchObject({ 'param.a': 1, 'param.A_2': 2, 'param.a_2_2': 3 });
  });

  it('takes any results, and none at all, as Parquet', async () => {
    const path = join(dir, 'x.parquet');
    await fc.assert(
      fc.asyncProperty(anyTrials(), async (records) => {
        await exportResults(path, records, 'parquet');
        const rows = await rowsOf(path);
        expect(rows.map((row) => row.iteration)).toEqual(records.map((record) => record.iteration));
        expect(rows.map((row) => row.objective)).toEqual(records.map((record) => record.objective));
      }),
      { numRuns: 15 },
    );
  });

  it('as CSV is what loads back', async () => {
    await exportResults(join(dir, 'x.csv'), [trial(1)], 'csv');
    expect(await loadResultsFromCsv(join(dir, 'x.csv'))).toEqual([trial(1)]);
  });

  it.each(['csv', 'jsonl', 'parquet'] as const)(
    'as %s is refused where a folder stands, leaving nothing',
    async (format) => {
      await writeFile(join(dir, 'keep'), '');
      await expect(exportResults(dir, [trial(1)], format)).rejects.toThrow('it is not a regular file');
      expect(await readdir(dir)).toEqual(['keep']);
    },
  );

  it('takes its form from the name', () => {
    const forms: [string, ExportFormat][] = [
      ['a/b.csv', 'csv'],
      ['b.JSONL', 'jsonl'],
      ['b.ndjson', 'jsonl'],
      ['b.c.parquet', 'parquet'],
    ];
    for (const [path, format] of forms) expect(exportFormatOf(path)).toBe(format);
    expect(() => exportFormatOf('x.xlsx')).toThrow('end it in one of .csv, .jsonl, .ndjson, .parquet.');
  });
});
