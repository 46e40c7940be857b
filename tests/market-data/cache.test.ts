import { createHash, randomBytes } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, statSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { cachePath, readCached, writeCached } from '../../src/market-data/cache.ts';
import { allocateColumns, openShape, type Shape, shapeOf } from '../../src/market-data/columns.ts';
import { hashFiles } from '../../src/market-data/file-hashes.ts';
import { loadMarketData, loadWithReports, scenarioDataHash } from '../../src/market-data/load.ts';
import { csvOf, Folder, MAPPED, recordingOf } from './recorded/recordings.ts';

const rows = (count: number, bid = 100) =>
  csvOf(Array.from({ length: count }, (_, i) => [i, bid + (i % 5), 110] as const));
const scenario = recordingOf({
  upbit: { ...MAPPED, file: 'a.csv' },
  binance: { ...MAPPED, file: 'b.csv', on_duplicate: 'first' },
});

/** Two venues of which the second has a finding to report. */
const recorded = (): Folder =>
  new Folder({
    'a.csv': rows(500),
    'b.csv': csvOf([...Array(400).keys(), 399].map((second) => [second, 100, 101] as const)),
  });

const columnsOf = ({ cacheDir }: Folder): string => join(cacheDir, 'market-data');
const fileOf = async (folder: Folder): Promise<string> =>
  cachePath(columnsOf(folder), (await loadMarketData(scenario, folder)).hash);

describe('the cache of columns', () => {
  it('gives what was read: the same columns in shared memory, the same reports', async () => {
    const folder = recorded();
    const first = await loadWithReports(scenario, folder);
    expect(first.reports[1]?.findings).toHaveLength(1);
    const cached = await readCached(columnsOf(folder), first.data.hash);
    expect(cached).toEqual(first);
    expect(cached?.data.time.buffer).toBeInstanceOf(SharedArrayBuffer);
    expect(await loadWithReports(scenario, folder)).toEqual(first);
  });

  it.each([
    ['doubles', openShape(33, { always: false })],
    ['packed', packedShape(33)],
    ['packed, an even number of rows', packedShape(34)],
  ])('gives back every bit of columns that are %s', async (_, shape) => {
    const { cacheDir } = new Folder();
    const data = allocateColumns(shape, 'a'.repeat(64));
    const bytes = new Uint8Array(data.time.buffer);
    bytes.set(randomBytes(bytes.length));
    await writeCached(cacheDir, { data, reports: [] });
    const cached = await readCached(cacheDir, data.hash);
    expect(shapeOf(cached!.data)).toEqual(shape);
    expect(Buffer.from(cached!.data.time.buffer).equals(Buffer.from(bytes))).toBe(true);
  });

  it('is used: what it holds is what is loaded', async () => {
    const folder = recorded();
    const path = await fileOf(folder);
    const before = statSync(path).mtimeMs;
    utimesSync(path, 1, 1);
    await loadMarketData(scenario, folder);
    // A use is noted, so that the least recently used goes first.
    expect(statSync(path).mtimeMs).toBeGreaterThanOrEqual(before);
    expect(readdirSync(columnsOf(folder)).filter((name) => name.endsWith('.columns'))).toHaveLength(1);
  });

  it.each<[string, (bytes: Buffer) => Uint8Array]>([
    ['a bit flipped in its columns', (bytes) => flipped(bytes, bytes.length - 100)],
    ['a bit flipped in its header', (bytes) => flipped(bytes, 40)],
    ['a bit flipped in its length', (bytes) => flipped(bytes, 10)],
    ['its end cut', (bytes) => bytes.subarray(0, -8)],
    ['nothing but its start', (bytes) => bytes.subarray(0, 12)],
    ['nothing', () => new Uint8Array()],
    ['something else', () => Buffer.from('{"hash":"none"}'.repeat(100))],
    ['more than it should', (bytes) => Buffer.concat([bytes, Buffer.alloc(8)])],
  ])('is built anew when the file holds %s', async (_, change) => {
    const folder = recorded();
    const whole = await loadWithReports(scenario, folder);
    const path = await fileOf(folder);
    const intact = readFileSync(path);
    writeFileSync(path, change(intact));
    expect(await readCached(columnsOf(folder), whole.data.hash)).toBeUndefined();
    expect(await loadWithReports(scenario, folder)).toEqual(whole);
    expect(readFileSync(path).equals(intact)).toBe(true);
  });

  it('follows the content of the files, also when size and time stay the same', async () => {
    const folder = recorded();
    const { data } = await loadWithReports(scenario, folder);
    const path = join(folder.root, 'a.csv');
    const { atime, mtime } = statSync(path);
    writeFileSync(path, rows(500, 101));
    utimesSync(path, atime, mtime);
    const changed = await loadWithReports(scenario, folder);
    expect(changed.data.hash).not.toBe(data.hash);
    expect(changed.data.upbit.bid[0]).toBe(101);
  });

  it('is not shared by other policies, other settings or another scenario', async () => {
    const folder = recorded();
    const others = [
      recordingOf({ upbit: { ...MAPPED, file: 'a.csv' }, binance: { ...MAPPED, file: 'b.csv' } }),
      { ...scenario, name: 'other' },
      scenario,
    ];
    const hashes = await Promise.all(others.map(async (other) => (await loadMarketData(other, folder)).hash));
    expect(new Set(hashes).size).toBe(3);
  });

  it('is only a saving: without a folder to write to, the data is loaded all the same', async () => {
    const folder = recorded();
    writeFileSync(folder.cacheDir, 'a file where the folder should be');
    expect((await loadMarketData(scenario, folder)).rows).toBe(400);
    expect(await scenarioDataHash([scenario], folder)).toMatch(/^[0-9a-f]{64}$/);
  });

  it('is written whole when several load at once', async () => {
    const folder = recorded();
    const loaded = await Promise.all(Array.from({ length: 6 }, () => loadWithReports(scenario, folder)));
    for (const each of loaded) expect(each).toEqual(loaded[0]);
    expect(readdirSync(columnsOf(folder)).filter((name) => name.startsWith('.'))).toEqual([]);
    expect(await readCached(columnsOf(folder), loaded[0]!.data.hash)).toEqual(loaded[0]);
  });

  it('holds nothing of data that was refused', async () => {
    const folder = new Folder({ 'a.csv': csvOf([[0, 0, 1]]), 'b.csv': rows(3) });
    await expect(loadMarketData(scenario, folder)).rejects.toThrow('a.csv row 2');
    const kept = existsSync(columnsOf(folder)) ? readdirSync(columnsOf(folder)) : [];
    expect(kept.filter((name) => name.endsWith('.columns'))).toEqual([]);
  });
});

describe('the remembered hash of a file', () => {
  // Lies still for longer than a file that a test writes.
  const shipped = 'data/binance_spot_btcusdt_quotes.csv.gz';
  const root = join(import.meta.dirname, '../..');
  const remembered = (folder: string) => join(folder, readdirSync(folder)[0]!);

  it('is used as long as the file system says that the file is the same', async () => {
    const { cacheDir } = new Folder();
    const hash = createHash('sha256')
      .update(readFileSync(join(root, shipped)))
      .digest('hex');
    expect((await hashFiles(root, [shipped], cacheDir)).get(shipped)).toBe(hash);
    const kept = JSON.parse(readFileSync(remembered(cacheDir), 'utf8'));
    const other = '0'.repeat(64);
    writeFileSync(remembered(cacheDir), JSON.stringify({ ...kept, hash: other }));
    expect((await hashFiles(root, [shipped], cacheDir)).get(shipped)).toBe(other);
    writeFileSync(remembered(cacheDir), JSON.stringify({ identity: `${kept.identity}1`, hash: other }));
    expect((await hashFiles(root, [shipped], cacheDir)).get(shipped)).toBe(hash);
    writeFileSync(remembered(cacheDir), '{');
    expect((await hashFiles(root, [shipped], cacheDir)).get(shipped)).toBe(hash);
  });

  it('is not kept of a file that was written just now and may be again', async () => {
    const folder = recorded();
    const { ctimeMs } = statSync(join(folder.root, 'a.csv'));
    const keptAfter = async (ms: number) => {
      vi.spyOn(Date, 'now').mockReturnValue(ctimeMs + ms);
      await hashFiles(folder.root, ['a.csv'], folder.cacheDir);
      return existsSync(folder.cacheDir);
    };
    onTestFinished(() => void vi.restoreAllMocks());
    expect(await keptAfter(1_900)).toBe(false);
    expect(await keptAfter(2_100)).toBe(true);
  });
});

function packedShape(rows: number): Shape {
  const venue = {
    always: true,
    bidQty: { as: 'whole', divisor: 1e8 },
    askQty: { as: 'constant' },
  } as const;
  return { rows, upbit: venue, binance: { ...venue, always: false }, constantRate: true };
}

function flipped(bytes: Buffer, at: number): Buffer {
  const copy = Buffer.from(bytes);
  copy[at]! ^= 1;
  return copy;
}
