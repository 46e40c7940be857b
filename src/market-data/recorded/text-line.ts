import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { readChunksCopied } from './data-file.ts';
import type { TextScan } from './text-scan.ts';

/** A line of a recorded file as it is written there, for the message that refuses it. */

const LINE_FEED = 10;
/** Of a longer line this much tells which it is. */
const MOST_CHARACTERS = 200;

/** Line `number`, from 1, of a file that was scanned; undefined where it cannot be read again. */
export async function lineText(
  handle: FileHandle,
  { compression }: Pick<TextScan, 'compression'>,
  number: number,
): Promise<string | undefined> {
  let found: Buffer | undefined;
  const look = async (chunks: AsyncIterable<Buffer>): Promise<void> => {
    found = await nthLine(chunks, number);
  };
  const chunks = readChunksCopied(handle);
  await (compression === 'gzip' ? pipeline(chunks, createGunzip(), look) : look(chunks)).catch(() => {});
  return found?.toString('utf8').replace(/\r$/, '').slice(0, MOST_CHARACTERS);
}

async function nthLine(chunks: AsyncIterable<Buffer>, number: number): Promise<Buffer | undefined> {
  let line = 1;
  let begun = Buffer.alloc(0);
  for await (const chunk of chunks) {
    for (let from = 0; from < chunk.length; ) {
      const end = chunk.indexOf(LINE_FEED, from);
      const part = chunk.subarray(from, end === -1 ? chunk.length : end);
      if (line === number) begun = Buffer.concat([begun, part]);
      if (end === -1) break;
      if (line === number) return begun;
      line++;
      from = end + 1;
    }
  }
  return undefined;
}
