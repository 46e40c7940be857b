import type { FileHandle } from 'node:fs/promises';
import { pipeline } from 'node:stream/promises';
import { createGunzip } from 'node:zlib';
import { ArbtuneError } from '../../errors.ts';
import { errorCode } from '../../foreign-errors.ts';
import { readChunks, readChunksCopied } from './data-file.ts';

/**
 * One pass over a text file before a library reads it: what encoding and compression it has, whether it is whole, and
 * which line each of its rows stands on, so that every fault is told by the row that an editor shows.
 */

export interface TextScan {
  readonly compression: 'none' | 'gzip';
  /** The first line, without its line break and byte order mark. */
  readonly firstLine: string;
  /** Lines that end with a line break. */
  readonly lines: number;
  /** Numbers, from 1, of the lines that hold nothing or only blanks. */
  readonly blankLines: readonly number[];
  /** The first line whose break (LF, CR LF) is of another kind than the first's. */
  readonly oddBreak: number | undefined;
  /** Why the file's end is missing; absent when it is whole. */
  readonly cut?: string;
}

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;
/** Far longer than any row; a file without line breaks must not be taken for one. */
const LONGEST_LINE = 1024 * 1024;

export async function scanText(handle: FileHandle, name: string): Promise<TextScan> {
  const scanner = new LineScanner(name);
  let compression: TextScan['compression'] = 'none';
  let cut: string | undefined;
  const chunks = readChunks(handle);
  const first = await chunks.next();
  if (first.done) throw new ArbtuneError('input', `${name} is empty; expected rows of quotes`);
  const start = first.value;
  if (start[0] === 0x50 && start[1] === 0x4b) {
    throw new ArbtuneError('input', `${name} is a zip archive; unpack it and name the file inside`);
  }
  if (start[0] === 0x1f && start[1] === 0x8b) {
    compression = 'gzip';
    try {
      await pipeline(readChunksCopied(handle), createGunzip(), async (unpacked: AsyncIterable<Buffer>) => {
        for await (const chunk of unpacked) scanner.take(chunk);
      });
    } catch (error) {
      cut = cutReason(error, name, scanner.lines + 1);
    }
  } else {
    scanner.take(start);
    for await (const chunk of chunks) scanner.take(chunk);
  }
  if (scanner.bytes === 0) throw new ArbtuneError('input', `${name} is empty; expected rows of quotes`);
  if (cut === undefined && scanner.openLine) cut = 'the file ends within its last row, without a line break';
  return {
    compression,
    firstLine: scanner.firstLine(),
    lines: scanner.lines,
    blankLines: scanner.blankLines,
    oddBreak: scanner.oddBreak,
    ...(cut === undefined ? {} : { cut }),
  };
}

/** The line, from 1, of the record `record`, from 0, when `headerLines` lines come before the records. */
export function lineOfRecord(scan: TextScan, record: number, headerLines: number): number {
  let line = record + 1 + headerLines;
  for (const blank of scan.blankLines) {
    if (blank <= line) line++;
    else break;
  }
  return line;
}

/** Damaged data is refused whatever the policy: what was unpacked before the damage showed may be wrong too. */
function cutReason(error: unknown, name: string, row: number): string {
  const code = errorCode(error);
  if (code === 'Z_BUF_ERROR') return 'the gzip data ends too early';
  if (code !== 'Z_DATA_ERROR') throw error;
  throw new ArbtuneError('input', `${name} row ${row}: the gzip data is damaged; fetch the file again`);
}

class LineScanner {
  readonly #name: string;
  #firstLine: Buffer = Buffer.alloc(0);
  #lineBytes = 0;
  /** Whether the line so far holds more than blanks. */
  #filled = false;
  #lastByte = 0;
  #withReturn: boolean | undefined;
  oddBreak: number | undefined;
  bytes = 0;
  lines = 0;
  readonly blankLines: number[] = [];

  constructor(name: string) {
    this.#name = name;
  }

  get openLine(): boolean {
    return this.#lineBytes > 0;
  }

  take(chunk: Buffer): void {
    if (this.bytes === 0) this.#checkEncoding(chunk);
    this.bytes += chunk.length;
    let from = 0;
    while (from < chunk.length) {
      const at = chunk.indexOf(LINE_FEED, from);
      const to = at === -1 ? chunk.length : at;
      if (this.lines === 0) this.#firstLine = Buffer.concat([this.#firstLine, chunk.subarray(from, to)]);
      this.#lineBytes += to - from;
      if (!this.#filled) this.#filled = hasContent(chunk, from, to);
      if (this.#lineBytes > LONGEST_LINE) {
        throw new ArbtuneError(
          'input',
          `${this.#name} row ${this.lines + 1} is longer than a row of quotes can be; expected text with line breaks`,
        );
      }
      if (to > from) this.#lastByte = chunk[to - 1]!;
      if (at === -1) return;
      this.lines++;
      this.#noteBreak(this.#lineBytes > 0 && this.#lastByte === CARRIAGE_RETURN);
      if (!this.#filled) this.blankLines.push(this.lines);
      this.#lineBytes = 0;
      this.#filled = false;
      from = at + 1;
    }
  }

  firstLine(): string {
    return this.#firstLine
      .toString('utf8')
      .replace(/^\ufeff/, '')
      .replace(/\r$/, '');
  }

  #noteBreak(withReturn: boolean): void {
    this.#withReturn ??= withReturn;
    if (withReturn !== this.#withReturn) this.oddBreak ??= this.lines;
  }

  #checkEncoding(start: Buffer): void {
    const marked = (start[0] === 0xff && start[1] === 0xfe) || (start[0] === 0xfe && start[1] === 0xff);
    if (marked || start.subarray(0, 1024).includes(0)) {
      const what = marked ? 'is UTF-16' : 'holds zero bytes, as UTF-16 or binary files do';
      throw new ArbtuneError('input', `${this.#name} row 1: the file ${what}; save it as UTF-8 text`);
    }
  }
}

function hasContent(chunk: Buffer, from: number, to: number): boolean {
  for (let at = from; at < to; at++) {
    const byte = chunk[at]!;
    if (byte !== 0x20 && byte !== 0x09 && byte !== 0x0d) return true;
  }
  return false;
}
