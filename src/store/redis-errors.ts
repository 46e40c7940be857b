import { ArbtuneError } from '../errors.ts';

/**
 * What Redis and its client say when something fails, as one sentence with the remedy. A message never holds a
 * secret: the client's own errors carry the command's arguments (AUTH's included), so none is passed on as a cause.
 */

/** Redis's own error words, each with what mends it. */
const REMEDIES: Readonly<Record<string, string>> = {
  OOM: 'raise maxmemory or free memory; the write then succeeds when it is retried',
  READONLY: 'point REDIS_URL at the primary, or promote this replica',
  NOREPLICAS: 'bring the replicas back, or lower min-replicas-to-write',
  MISCONF: 'Redis cannot save to disk: free disk space or mend its data folder',
  NOAUTH: 'put the user and password in REDIS_URL, or in REDIS_USERNAME and REDIS_PASSWORD',
  WRONGPASS: 'check the user and password in REDIS_URL, or in REDIS_USERNAME and REDIS_PASSWORD',
  NOPERM: 'the Redis user needs its key prefix `tuning:*` and the commands of docs/operations.md',
  LOADING: 'Redis is still reading its data from disk: try again in a moment',
  BUSY: 'another client runs a long script: wait, or SCRIPT KILL',
  MASTERDOWN: 'the replica has lost its primary: point REDIS_URL at the primary',
  CLUSTERDOWN: 'mend the Redis cluster',
  WRONGTYPE: 'another program uses the same keys: give arbtune a Redis database or an --env of its own',
  NOPROTO: 'arbtune needs Redis 6 or later',
  DENIED: 'Redis refuses remote clients without a password: set one, or connect from its own machine',
};

/** Where in a script it happened: nothing a user could use. */
const SCRIPT_POSITION = /\s*script: [0-9a-f]{40}.*$/s;

/** What a script gets where a plain command gets NOPERM. */
const SCRIPT_DENIED = /user executing the script can't/;

/** Node's codes for a certificate that it does not trust. */
const CERTIFICATE_CODE = /CERT|SIGNATURE|ALTNAME/;

/** @returns the error to throw; `address` is already masked. A defect (not of Redis, not of the network) stays as it is. */
export function redisError(error: unknown, address: string, doing: string): Error {
  if (error instanceof ArbtuneError) return error;
  if (!(error instanceof Error)) return new Error(`${doing} failed at ${address}`);
  const first = firstCause(error);
  if (first.name === 'ReplyError') return refused(first.message, address, doing);
  if (isConnectionError(first)) return unreachable(address, reasonOf(first));
  return error;
}

function refused(text: string, address: string, doing: string): ArbtuneError {
  const word = serverWord(text);
  const said = (word === undefined ? text : text.slice(text.indexOf(word))).replace(SCRIPT_POSITION, '');
  const remedy = REMEDIES[word ?? (SCRIPT_DENIED.test(text) ? 'NOPERM' : '')];
  const sentence = `Redis at ${address} refused ${doing}: ${said.replace(/\.?$/, '.')}`;
  return new ArbtuneError('unreachable', remedy === undefined ? sentence : `${sentence} Remedy: ${remedy}.`);
}

/** A discarded transaction says only that it was; the command that was refused says why. */
function firstCause(error: Error): Error {
  const causes = 'previousErrors' in error && Array.isArray(error.previousErrors) ? error.previousErrors : [];
  return causes[0] instanceof Error ? causes[0] : error;
}

function unreachable(address: string, reason: string): ArbtuneError {
  const remedy = CERTIFICATE_CODE.test(reason)
    ? 'Name the file of the authority that signed its certificate in REDIS_CA_FILE'
    : 'Start it, or set REDIS_URL to where it runs';
  return new ArbtuneError(
    'unreachable',
    `Redis at ${address} is out of reach (${reason}). ${remedy}; nothing was stored anywhere else.`,
  );
}

/** The client's words for a connection that ended under a command, which name a setting of its own. */
const LOST = /Stream isn't writeable/;

/** True when waiting and reconnecting may help. */
function isConnectionError(error: Error): boolean {
  return (
    'code' in error ||
    error.name === 'MaxRetriesPerRequestError' ||
    error.name === 'AbortError' ||
    LOST.test(error.message) ||
    /Connection is closed|timed out|timeout|ECONN|EPIPE|ENOTFOUND/i.test(error.message)
  );
}

function reasonOf(error: Error): string {
  const code = 'code' in error && typeof error.code === 'string' ? error.code : undefined;
  if (LOST.test(error.message)) return 'the connection was lost';
  // The client's texts name host and port at most; what a URL held is never in them.
  return code ?? error.message.replace(/\.$/, '');
}

/** The error word, also where a script wraps it (`ERR Error running script …: -OOM command not allowed`). */
function serverWord(text: string): string | undefined {
  const match = /(?:^|[\s:-])([A-Z]{3,11})\b/g;
  for (const [, word] of text.matchAll(match)) {
    if (word !== undefined && word in REMEDIES) return word;
  }
  return undefined;
}
