import { constants } from 'node:fs';
import { open } from 'node:fs/promises';
import { resolve } from 'node:path';
import { whyNotWritable } from '../../analysis/atomic-file.ts';
import { ConfigError, optionIssue } from '../../config/issue.ts';

/** Looks at the file that a command will write before anything is started: it must be writable, and nothing of another's is lost. */

/** Enough for the header and the beginning of the first row. */
const HEAD_BYTES = 64 * 1024;

export interface OutputFile {
  /** The option that names it. */
  readonly option: string;
  readonly path: string;
  /** Results of this session are replaced without a word: they are written anew from the same trials. */
  readonly sessionId?: string | undefined;
  /** Replace whatever is there. */
  readonly force?: boolean | undefined;
}

/** @throws ConfigError when the file cannot be written, or is there and not the session's own. */
export async function checkOutputFile({ option, path, sessionId, force }: OutputFile): Promise<void> {
  const refuse = (message: string, hint: string) =>
    new ConfigError([optionIssue(option, path, `${resolve(path)} ${message}`, hint)]);
  const problem = await whyNotWritable(path);
  if (problem !== undefined) throw refuse(`cannot be written: ${problem}`, 'Name another file');
  if (force === true) return;
  const owner = await ownerOf(path);
  if (owner === 'nobody' || (sessionId !== undefined && owner === `session ${sessionId}`)) return;
  const what = owner === 'unknown' ? 'exists' : `holds the results of ${owner}`;
  throw refuse(what, 'Name another file, or replace it with --force');
}

/** Whose results a file holds: `session <id>`, `unknown` where it is something else, `nobody` where nothing is lost. */
async function ownerOf(path: string): Promise<string> {
  // NONBLOCK: whatever has taken the file's place since it was looked at, opening it does not wait.
  const file = await open(path, constants.O_RDONLY | constants.O_NONBLOCK).catch((error: unknown) =>
    error instanceof Error && 'code' in error && error.code === 'ENOENT' ? 'nobody' : 'unknown',
  );
  if (typeof file === 'string') return file;
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(HEAD_BYTES), 0, HEAD_BYTES, 0);
    const [header = '', row = ''] = buffer.toString('utf8', 0, bytesRead).split('\n');
    const isCsv = header.startsWith('session_id,');
    // A session that ended before its first trial leaves a header.
    if (bytesRead === 0 || (isCsv && row === '')) return 'nobody';
    const id = isCsv ? row.split(',')[0] : /^\{.*?"session_id":"([^"]+)"/.exec(header)?.[1];
    return id ? `session ${id}` : 'unknown';
  } finally {
    await file.close();
  }
}
