import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import { ArbtuneError } from '../../../src/errors.ts';
import { mergeQuotes } from '../../../src/market-data/merge.ts';
import { literal, withDuckDb } from '../../../src/market-data/recorded/duckdb.ts';
import { readRecording } from '../../../src/market-data/recorded/recording.ts';
import { recordingSchema } from '../../../src/market-data/recorded/settings.ts';
import { fc } from '../../support/properties.ts';
import { csvOf, Folder, MAPPED, START_US } from './recordings.ts';

const CSV = csvOf(Array.from({ length: 60 }, (_, i) => [i, 100 + (i % 3), 104] as const));
const FRAME = `{"type":"orderbook","code":"KRW-BTC","timestamp":${START_US / 1000},"orderbook_units":[{"ask_price":101,"bid_price":1.0E2,"ask_size":1,"bid_size":1}]}\n`;

async function parquetOf(folder: Folder): Promise<Buffer> {
  const from = literal(folder.write('x.csv', CSV));
  const to = join(folder.root, 'x.parquet');
  await withDuckDb((connection) => connection.run(`COPY (FROM ${from}) TO ${literal(to)} (FORMAT parquet)`));
  return readFileSync(to);
}

interface Damage {
  /** Share of the file before it. */
  readonly at: number;
  readonly kind: string;
  readonly byte: number;
  readonly length: number;
}

/** One byte set, some cut out, the end cut off, or a character put in. */
const damage: fc.Arbitrary<Damage> = fc.record({
  at: fc.double({ min: 0, max: 1, maxExcluded: true, noNaN: true }),
  kind: fc.constantFrom('set', 'remove', 'cut', 'insert'),
  byte: fc.oneof(fc.integer({ min: 0, max: 255 }), fc.constantFrom(...Buffer.from('0189,.-eE"\n\r {}[]'))),
  length: fc.integer({ min: 1, max: 5 }),
});

function damaged(bytes: Buffer, { at, kind, byte, length }: Damage): Buffer {
  const place = Math.floor(at * bytes.length);
  const [before, after] = [bytes.subarray(0, place), bytes.subarray(place)];
  if (kind === 'cut') return before;
  if (kind === 'remove') return Buffer.concat([before, after.subarray(length)]);
  return Buffer.concat([before, Buffer.of(byte), kind === 'set' ? after.subarray(1) : after]);
}

const LENIENT = {
  on_invalid: 'drop',
  on_crossed: 'drop',
  on_backwards: 'sort',
  on_gap: 'blank',
  on_truncated: 'drop',
};

describe('a damaged file', () => {
  it('is either read or refused in words, whatever its format, its damage and the policies', async () => {
    const folder = new Folder();
    const files = {
      csv: Buffer.from(CSV),
      'csv.gz': gzipSync(CSV),
      jsonl: Buffer.from(FRAME.repeat(40)),
      parquet: await parquetOf(folder),
    };
    let refused = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.entries(files)),
        fc.array(damage, { minLength: 1, maxLength: 3 }),
        fc.boolean(),
        async ([name, bytes], damages, lenient) => {
          const file = `damaged.${name}`;
          folder.write(file, damages.reduce(damaged, bytes));
          const format = { csv: 'csv', 'csv.gz': 'csv', jsonl: 'upbit_orderbook', parquet: 'parquet' }[name];
          const source = name === 'jsonl' ? { format, file } : { ...MAPPED, format, file };
          const settings = recordingSchema.parse({
            upbit: { ...source, ...(lenient ? LENIENT : {}) },
            binance: { format: 'made', seed: 1 },
          });
          try {
            const { input } = await readRecording(settings, 1300, folder.root, Date.now() * 1000);
            expect(mergeQuotes(input, 'hash').rows).toBeGreaterThan(0);
          } catch (error) {
            expect(error).toBeInstanceOf(ArbtuneError);
            refused++;
          }
        },
      ),
      { numRuns: 80, seed: 7 },
    );
    expect(refused).toBeGreaterThan(20);
  });
});
