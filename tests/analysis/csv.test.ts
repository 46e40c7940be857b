import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir, readdir, readFile, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { parse } from 'csv-parse/sync';
import { beforeEach, describe, expect, it } from 'vitest';
import { loadResultsFromCsv, writeResultsCsv } from '../../src/analysis/csv.ts';
import { parseCsv } from '../../src/analysis/csv-form.ts';
import { CsvPages } from '../../src/analysis/csv-pages.ts';
import type { TrialRecord } from '../../src/store/trial-record.ts';
import { anyTrials, trial } from '../store/records.ts';
import { temporaryFolder } from '../support/environment.ts';
import { fc } from '../support/properties.ts';

async function text(records: readonly TrialRecord[]): Promise<string> {
  let written = '';
  for await (const piece of new CsvPages().text([records])) written += piece;
  return written;
}

describe('the CSV form', () => {
  it('reads back any results exactly', async () => {
    await fc.assert(
      fc.asyncProperty(anyTrials(), async (records) => {
        expect(parseCsv(await text(records), 'x.csv')).toEqual(records);
      }),
      { numRuns: 500 },
    );
  });

  it('writes the same text again from what it read', async () => {
    await fc.assert(
      fc.asyncProperty(anyTrials(), async (records) => {
        const written = await text(records);
        expect(await text(parseCsv(written, 'x.csv'))).toBe(written);
      }),
    );
  });

  it('has no cell that a spreadsheet would run, and one line per trial', async () => {
    await fc.assert(
      fc.asyncProperty(anyTrials(), async (records) => {
        const csv = await text(records);
        expect(csv.trimEnd().split('\n')).toHaveLength(records.length + 1);
        for (const cell of (parse(csv) as string[][]).flat()) {
          if (Number.isNaN(Number(cell))) expect(cell).not.toMatch(/^\s*[=+\-@\t\r＝＋－＠]/);
        }
      }),
      { numRuns: 300 },
    );
  });

  it.each([
    ['=1+1', "'=1+1"],
    ['  =1+1', "'  =1+1"],
    ['@SUM(A1)', "'@SUM(A1)"],
    ["'=1+1", "''=1+1"],
    ['\t=1', '"\\t=1"'],
    ['5', '"5"'],
    ['-5', '"-5"'],
    ['TRUE', '"TRUE"'],
    ['', '""'],
    ['plain', 'plain'],
    [-5, '-5'],
    [0.1 + 0.2, '0.30000000000000004'],
    [-0, '-0'],
    [false, 'false'],
  ])('writes the param %j as the cell %s and reads it back', async (value, cell) => {
    const csv = await text([trial(1, { params: { p: value } })]);
    const [header, row] = parse(csv) as string[][];
    expect(row![header!.indexOf('param.p')]).toBe(cell);
    expect(parseCsv(csv, 'x.csv')[0]!.params.p).toBe(value);
  });

  it('puts the columns in the documented order, a conditional parameter where its record has it', async () => {
    const records = [
      trial(1, { params: { a: 1, c: 2 }, metrics: { pnl: 1 } }),
      trial(2, { params: { a: 1, b: true, c: 3 }, metrics: { pnl: 1, trades: 2 } }),
    ];
    expect((await text(records)).split('\n')[0]).toBe(
      'session_id,worker_id,iteration,status,timestamp,objective,param.a,param.b,param.c,metric.pnl,metric.trades,' +
        'objectives,violation,duration_ms,attempt,data_hash,reason,error,scenario_metrics',
    );
  });

  it("reads the predecessor's five columns", () => {
    const csv =
      'session_id,worker_id,iteration,status,timestamp\ns,main,1,completed,2025-01-01T00:00:00\ns,main,2,error,\n';
    const [first, second] = parseCsv(csv, 'old.csv');
    expect(first).toMatchObject({
      session_id: 's',
      iteration: 1,
      status: 'completed',
      params: {},
      objective: null,
    });
    expect(second).toMatchObject({ iteration: 2, status: 'failed', error: 'status "error"', timestamp: '' });
  });

  it('reads a file with a byte order mark, CRLF lines and columns of someone else', async () => {
    const csv = `\ufeff${(await text([trial(1)]))
      .replace('\n', ',note\n')
      .replace(/\n$/, ',mine\n')
      .replaceAll('\n', '\r\n')}`;
    expect(parseCsv(csv, 'x.csv')).toEqual([trial(1)]);
  });

  it.each([
    ['', 'x.csv:1: the file is empty; expected a header and a row per trial.'],
    ['a;b\n', 'x.csv:1: the header lacks session_id, worker_id, iteration, status, timestamp; expected'],
    [
      'session_id;worker_id;iteration;status;timestamp\n',
      'timestamp,…. The delimiter is ";"; expected a comma.',
    ],
    [
      'session_id,worker_id,iteration,status,timestamp,status\n',
      'x.csv:1: the column "status" is there twice.',
    ],
    [
      'session_id,worker_id,iteration,status,timestamp\ns,w,x,completed,t\n',
      'x.csv:2: iteration is "x"; expected a whole number.',
    ],
    ['session_id,worker_id,iteration,status,timestamp\ns,w,1,completed,t\ns,w\n', 'x.csv:3: '],
    [
      'session_id,worker_id,iteration,status,timestamp,metric.pnl\ns,w,1,completed,t,12a\n',
      'x.csv:2: metric.pnl is "12a"; expected a number.',
    ],
    [
      'session_id,worker_id,iteration,status,timestamp,scenario_metrics\ns,w,1,completed,t,[{\n',
      'x.csv:2: scenario_metrics is "[{"; expected JSON.',
    ],
  ])('says what is wrong with %j', (csv, message) => {
    expect(() => parseCsv(csv, 'x.csv')).toThrow(message);
  });
});

describe('the CSV file', () => {
  let dir: string;
  beforeEach(() => {
    dir = temporaryFolder();
  });

  it('is written with its folder, read back, and leaves nothing else behind', async () => {
    const path = join(dir, 'new', 'folder', 'out.csv');
    const records = Array.from({ length: 2_500 }, (_, n) => trial(n + 1));
    await writeResultsCsv(path, records);
    expect(await loadResultsFromCsv(path)).toEqual(records);
    expect(await readdir(join(dir, 'new', 'folder'))).toEqual(['out.csv']);
  });

  it('replaces an old file, through a link as well, and keeps its mode', async () => {
    const path = join(dir, 'out.csv');
    await writeFile(path, 'old', { mode: 0o600 });
    await symlink(path, join(dir, 'link.csv'));
    await writeResultsCsv(join(dir, 'link.csv'), [trial(1)]);
    expect(await loadResultsFromCsv(path)).toEqual([trial(1)]);
    expect((await readdir(dir)).sort()).toEqual(['link.csv', 'out.csv']);
  });

  it('stays as it was when the new one is larger than the limit for files', async () => {
    const path = join(dir, 'out.csv');
    await writeFile(path, 'old');
    const script = `
      import { writeResultsCsv } from ${JSON.stringify(join(import.meta.dirname, '../../src/analysis/csv.ts'))};
      import { trial } from ${JSON.stringify(join(import.meta.dirname, '../store/records.ts'))};
      await writeResultsCsv(process.argv[1], Array.from({ length: 2_500 }, (_, n) => trial(n + 1)))
        .catch((error) => { console.log(error.kind + ': ' + error.message); });`;
    const child = spawn(
      'bash',
      [
        '-c',
        'ulimit -f 64; exec "$0" --input-type=module-typescript -e "$1" "$2"',
        process.execPath,
        script,
        path,
      ],
      { stdio: ['ignore', 'pipe', 'inherit'] },
    );
    let output = '';
    child.stdout.on('data', (chunk) => {
      output += chunk;
    });
    await once(child, 'close');
    expect(output).toContain('unreachable: ');
    expect(output).toContain('larger than the limit for files (ulimit -f) (EFBIG); nothing was changed.');
    expect(await readFile(path, 'utf8')).toBe('old');
    expect(await readdir(dir)).toEqual(['out.csv']);
  });

  it('is refused where a folder or a device stands', async () => {
    await mkdir(join(dir, 'folder.csv'));
    await expect(writeResultsCsv(join(dir, 'folder.csv'), [])).rejects.toThrow('it is not a regular file');
    await expect(writeResultsCsv('/dev/null', [])).rejects.toThrow('it is not a regular file');
    await writeFile(join(dir, 'file'), '');
    await expect(writeResultsCsv(join(dir, 'file', 'out.csv'), [])).rejects.toThrow('cannot be written');
  });

  it.each([
    [Buffer.from('\ufeffsession_id', 'utf16le'), 'is UTF-16; save it as CSV in UTF-8.'],
    [Buffer.from([0x73, 0xe9, 0x0a]), 'is not UTF-8 text; save it as CSV in UTF-8.'],
  ])('is refused in another encoding', async (bytes, message) => {
    await writeFile(join(dir, 'x.csv'), bytes);
    await expect(loadResultsFromCsv(join(dir, 'x.csv'))).rejects.toThrow(message);
  });

  it('is refused when it is not there', async () => {
    await expect(loadResultsFromCsv(join(dir, 'x.csv'))).rejects.toThrow(
      'x.csv cannot be read: no such file.',
    );
  });
});
