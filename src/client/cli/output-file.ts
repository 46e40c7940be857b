import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { whyNotWritable } from '../../analysis/atomic-file.ts';
import { ConfigError, optionIssue } from '../../config/issue.ts';
import { errorCode } from '../../foreign-errors.ts';

/** Looks at the file that a command will write before anything is started: it must be writable, and nothing of another's is lost. */

/** Enough for the first line of any file of ours. */
const HEAD_BYTES = 64 * 1024;

/** How the results of sessions begin, as CSV and as JSON lines: the store has them, and `export` writes them again. */
const RESULTS = /^(?:session_id,|\{"session_id":)/;

export interface OutputFile {
  /** The option that names it. */
  readonly option: string;
  readonly path: string;
  /** How a file of the command's own begins; default: as results of sessions do. Such a file is replaced without a word. */
  readonly ours?: RegExp;
  /** Replace whatever is there. */
  readonly force?: boolean | undefined;
}

/** @throws ConfigError when the file cannot be written, or holds what arbtune has not written. */
export async function checkOutputFile({
  option,
  path: written,
  ours = RESULTS,
  force,
}: OutputFile): Promise<void> {
  const path = resolve(written);
  const refuse = (message: string, hint: string) =>
    new ConfigError([optionIssue(option, written, `${path} ${message}`, hint)]);
  const problem = await whyNotWritable(path);
  if (problem !== undefined) throw refuse(`cannot be written: ${problem}`, 'Name another file');
  if (force === true) return;
  const head = await headOf(path);
  if (head === '' || (head !== undefined && ours.test(head))) return;
  throw refuse('exists, and not by arbtune', 'Name another file, or replace it with --force');
}

/** The beginning of the file: empty where there is none, undefined where it cannot be read. */
async function headOf(path: string): Promise<string | undefined> {
  // NONBLOCK: whatever has taken the file's place since it was looked at, opening it does not wait.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) =>
    errorCode(error) === 'ENOENT' ? '' : undefined,
  );
  if (file === '' || file === undefined) return file;
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    return buffer.toString('utf8', 0, bytesRead);
  } finally {
    await file.close();
  }
}
