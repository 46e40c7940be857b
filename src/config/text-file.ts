import { constants } from 'node:fs';
import { type FileHandle, open, readdir, realpath } from 'node:fs/promises';
import { basename, dirname, relative, resolve, sep } from 'node:path';
import { errorCode } from '../foreign-errors.ts';
import type { IssueCode } from './issue.ts';
import { nearestName } from './nearest.ts';

/** Reads a small text file that a person or a config named, trusting nothing: regular files only, under a root, of bounded size. */

/** Far above any scenario written by hand; recorded data has files of its own. */
const MAX_TEXT_BYTES = 2 * 1024 * 1024;
/** Far above any tuning config, and read within a second whatever it holds. */
export const MAX_CONFIG_BYTES = 512 * 1024;

export interface FileProblem {
  readonly code: IssueCode;
  readonly message: string;
  readonly hint?: string;
}

export type TextFile =
  | { readonly ok: true; readonly path: string; readonly text: string }
  | { readonly ok: false; readonly problem: FileProblem };

/** The text of `path`; with `root`, only when the file, links followed, lies under it. `path` of the answer is the real one. */
export async function readTextFile(
  path: string,
  { root, maxBytes = MAX_TEXT_BYTES }: { readonly root?: string; readonly maxBytes?: number } = {},
): Promise<TextFile> {
  return await withRegularFile(path, root, async (file, size, real): Promise<TextFile> => {
    if (size > maxBytes) {
      const message = `${displayPath(path)} has ${size} bytes; at most ${maxBytes} are read`;
      return problem('TOO_LARGE', message, 'Keep recorded data in files of its own');
    }
    const bytes = await file.readFile();
    try {
      return { ok: true, path: real, text: new TextDecoder('utf-8', { fatal: true }).decode(bytes) };
    } catch {
      return problem('ENCODING', `${displayPath(path)} is not UTF-8 text`, 'Save it as UTF-8');
    }
  });
}

/** What is wrong with a data file that is only named: nothing when it is a regular file under `root` that can be read. */
export async function dataFileProblem(path: string, root: string): Promise<FileProblem | undefined> {
  const checked = await withRegularFile<Checked>(path, root, () => Promise.resolve({ ok: true }));
  return checked.ok ? undefined : checked.problem;
}

type Refused = { readonly ok: false; readonly problem: FileProblem };
type Checked = { readonly ok: true } | Refused;

async function withRegularFile<T>(
  path: string,
  root: string | undefined,
  use: (file: FileHandle, size: number, real: string) => Promise<T>,
): Promise<T | Refused> {
  if (path === '' || path.includes('\0')) {
    return problem('NO_SUCH_FILE', `${JSON.stringify(path)} is not a file name`);
  }
  const absolute = resolve(path);
  if (root !== undefined && !isUnder(absolute, resolve(root))) return outsideRoot(absolute, root);
  let real: string;
  try {
    real = await realpath(absolute);
  } catch (error) {
    return errorCode(error) === 'ENOENT' ? await noSuchFile(path, absolute) : unreadable(path, error);
  }
  if (root !== undefined && !isUnder(real, await realpath(root))) return outsideRoot(real, root);
  let file: FileHandle;
  try {
    // NOFOLLOW: a link put in place after the check is refused. NONBLOCK: opening a fifo does not wait for a writer.
    file = await open(real, constants.O_RDONLY | constants.O_NOFOLLOW | constants.O_NONBLOCK);
  } catch (error) {
    // A socket cannot be opened at all.
    return errorCode(error) === 'ENXIO' ? notAFile(path, 'a socket') : unreadable(path, error);
  }
  try {
    const stat = await file.stat();
    if (stat.isFile()) return await use(file, stat.size, real);
    return notAFile(path, stat.isDirectory() ? 'a folder' : stat.isFIFO() ? 'a named pipe' : 'a device');
  } finally {
    await file.close();
  }
}

function notAFile(path: string, kind: string): Refused {
  return problem('NOT_A_FILE', `${displayPath(path)} is ${kind}, not a regular file`, 'Name a file');
}

/** The folder that the files a config names must lie under: its project, else the folder above its own. */
export async function scenarioRoot(configPath: string): Promise<string> {
  const folder = dirname(await realpath(configPath));
  for (let at = folder; dirname(at) !== at; at = dirname(at)) {
    const entries = await readdir(at).catch((): string[] => []);
    if (entries.includes('package.json') || entries.includes('.git')) return at;
  }
  const above = dirname(folder);
  return dirname(above) === above ? folder : above;
}

/** A path as people know it: relative where it lies under the working directory. */
export function displayPath(path: string): string {
  const short = relative(process.cwd(), resolve(path));
  if (short === '') return '.';
  return short === '..' || short.startsWith(`..${sep}`) ? resolve(path) : short;
}

function isUnder(path: string, root: string): boolean {
  return path === root || path.startsWith(root.endsWith(sep) ? root : root + sep);
}

function outsideRoot(path: string, root: string): Refused {
  return problem(
    'OUTSIDE_ROOT',
    `${path} lies outside ${resolve(root)}, the folder whose files this config may name`,
    'Move the file under that folder',
  );
}

async function noSuchFile(path: string, absolute: string): Promise<Refused> {
  const neighbours = await readdir(dirname(absolute)).catch(() => undefined);
  if (neighbours === undefined) {
    return problem(
      'NO_SUCH_FILE',
      `no such file: ${displayPath(path)} (there is no folder ${displayPath(dirname(absolute))})`,
    );
  }
  const name = basename(absolute);
  const folder = dirname(absolute);
  // The working folder by its name: who is in the wrong one sees it.
  const where = folder === process.cwd() ? `the working folder ${folder}` : displayPath(folder);
  return problem('NO_SUCH_FILE', `no such file: ${name} in ${where}`, otherFile(name, neighbours));
}

/** The name that was meant, else what there is of that kind. */
function otherFile(name: string, neighbours: readonly string[]): string | undefined {
  const nearest = nearestName(name, neighbours);
  if (nearest !== undefined) return `Did you mean ${nearest}?`;
  const kind = YAML.test(name) ? YAML : undefined;
  const others = neighbours.filter((other) => kind?.test(other)).sort();
  if (others.length === 0) return undefined;
  const more = others.length > MOST_LISTED ? ` and ${others.length - MOST_LISTED} more` : '';
  return `There are ${others.slice(0, MOST_LISTED).join(', ')}${more}`;
}

const YAML = /\.ya?ml$/i;
const MOST_LISTED = 5;

function unreadable(path: string, error: unknown): Refused {
  return problem('UNREADABLE', `cannot read ${displayPath(path)}: ${errorCode(error) ?? String(error)}`);
}

function problem(code: IssueCode, message: string, hint?: string): Refused {
  return { ok: false, problem: hint === undefined ? { code, message } : { code, message, hint } };
}
