import { ArbtuneError } from '../errors.ts';
import type { StoreNamespace } from './result-store.ts';

/** Where each record lives in Redis. The trial keys are shared with other tools: their form must not change. */

/** A part of a key: nothing that could reach into another key. */
const KEY_PART = /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/;

const GLOB_CHARACTERS = /[*?[\]\\^-]/g;

/** What a trial's key says; `worker_id` is absent in the older form of the key. */
export interface TrialKeyParts {
  readonly iteration: number;
  readonly worker_id?: string;
  readonly suffix?: string;
}

export interface RedisKeys {
  /** Sorted set of the session ids, by the time they were created. */
  readonly sessions: string;
  session(sessionId: string): string;
  /** Hash `iteration -> key of the trial`: reading a session costs its own size. */
  index(sessionId: string): string;
  /** Hash `worker_id -> WorkerRecord` as JSON. */
  workers(sessionId: string): string;
  trial(sessionId: string, workerId: string, iteration: number): string;
  /** The form without a worker, still read. */
  olderTrial(sessionId: string, iteration: number): string;
  /** A SCAN pattern that every key of the session's trials matches, in either form. */
  trialPattern(sessionId: string): string;
  /** Undefined when the key is not one of the session's trials. */
  parseTrial(sessionId: string, key: string): TrialKeyParts | undefined;
}

/** @throws ArbtuneError `input` when a part of the namespace, or later an id, could not stand in a key. */
export function redisKeys(namespace: StoreNamespace): RedisKeys {
  const root = `tuning:${keyPart('env', namespace.env)}:${keyPart('mode', namespace.mode)}:arbitrage`;
  const session = (id: string) => `${root}:tuning_session:${keyPart('session id', id)}`;
  return {
    sessions: `${root}:tuning_sessions`,
    session: (id) => `${session(id)}:session`,
    index: (id) => `${session(id)}:index`,
    workers: (id) => `${session(id)}:workers`,
    trial: (id, worker, iteration) =>
      `${session(id)}:worker:${keyPart('worker id', worker)}:iteration:${iteration}`,
    olderTrial: (id, iteration) => `${session(id)}:${iteration}`,
    trialPattern: (id) => `${session(id).replace(GLOB_CHARACTERS, '\\$&')}:*`,
    parseTrial: (id, key) => {
      const prefix = `${session(id)}:`;
      return key.startsWith(prefix) ? parseRest(key.slice(prefix.length)) : undefined;
    },
  };
}

/** @throws ArbtuneError `input` naming the part and the rule. */
export function keyPart(what: string, value: string): string {
  if (!KEY_PART.test(value) || value.includes('..')) {
    throw new ArbtuneError(
      'input',
      `The ${what} ${JSON.stringify(value.slice(0, 80))} cannot be stored: it must match ${KEY_PART.source} and hold no "..".`,
    );
  }
  return value;
}

function parseRest(rest: string): TrialKeyParts | undefined {
  const parts = rest.split(':');
  if (parts.length === 1) {
    const iteration = wholeNumber(parts[0]);
    return iteration === undefined ? undefined : { iteration };
  }
  const iteration = wholeNumber(parts[3]);
  if (parts[0] !== 'worker' || parts[2] !== 'iteration' || !parts[1] || iteration === undefined) {
    return undefined;
  }
  const suffix = parts.slice(4).join(':');
  return { iteration, worker_id: parts[1], ...(suffix === '' ? {} : { suffix }) };
}

function wholeNumber(text: string | undefined): number | undefined {
  return text !== undefined && /^\d{1,15}$/.test(text) ? Number(text) : undefined;
}
