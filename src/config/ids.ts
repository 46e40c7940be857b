import { ConfigError, optionIssue } from './issue.ts';

/** Names that become parts of keys, paths and workflow ids; checked before anything is read or written with them. */

const ID = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

/** Names that are devices on Windows whatever follows the first dot. */
const DEVICE = /^(?:con|prn|aux|nul|com\d|lpt\d)(?:\.|$)/i;

/** Returns the id. Throws a `ConfigError` when it could be more than a name. */
export function checkSessionId(id: string): string {
  return checkId(id, 'session id', '--session-id');
}

export function checkWorkerId(id: string): string {
  return checkId(id, 'worker id', '--worker-id');
}

/** The name of a deployment, `local` or `docker` or its own. */
export function checkEnv(name: string): string {
  return checkId(name, 'env', '--env');
}

function checkId(id: string, what: string, source: string): string {
  const problem = idProblem(id);
  if (problem === undefined) return id;
  const given = id.length > 80 ? `${id.slice(0, 77)}...` : id;
  throw new ConfigError([optionIssue(source, given, `${what} ${problem}; got ${JSON.stringify(given)}`)]);
}

function idProblem(id: string): string | undefined {
  if (!ID.test(id))
    return 'must be 1 to 64 letters, digits, ".", "_" or "-", starting with a letter or a digit';
  if (id.includes('..')) return 'must not contain ".."';
  if (DEVICE.test(id)) return 'must not be the name of a Windows device';
  return undefined;
}
