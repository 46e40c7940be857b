import type { ChainableCommander, Redis } from 'ioredis';
import { type RedisKeys, redisKeys } from './keys.ts';
import { redisClient, waitUntilReady } from './redis-client.ts';
import { COMMAND_TIMEOUT_MS, CONNECT_TIMEOUT_MS, type RedisTarget } from './redis-connection.ts';
import { redisError } from './redis-errors.ts';
import { durabilityWarnings } from './redis-warnings.ts';
import type { ResultStore, SessionRecord, StoreNamespace, WorkerRecord } from './result-store.ts';
import { SAVE_TRIAL_KEYS, SAVE_TRIAL_LUA } from './save-trial-script.ts';
import { decodeSession, encodeSession } from './session-fields.ts';
import { decodeTrial, encodeTrial, OPTIONAL_FIELDS } from './trial-fields.ts';
import type { TrialRecord } from './trial-record.ts';

/**
 * The result store on Redis: every access of arbtune to Redis goes through this class. Trials are hashes without an
 * expiry; an index per session says where they are. Nothing falls back: what Redis refuses is thrown.
 */

/** Records per round trip: large enough to hide the latency, small enough that other clients are served between. */
const BATCH = 500;
/** Keys that SCAN looks at per call. */
const SCAN_COUNT = 1_000;
/** Field of the index that says the session's older keys were looked for. */
const ADOPTED = 'adopted';

type Pipeline = ChainableCommander & {
  saveTrial(...args: string[]): ChainableCommander;
};

export class StateManager implements ResultStore {
  readonly address: string;
  readonly #client: Redis;
  readonly #keys: RedisKeys;
  /** Sessions whose older keys this process has looked for: once is enough, their writer is gone. */
  readonly #adopted = new Set<string>();
  #lastError: Error | undefined;

  private constructor(target: RedisTarget, namespace: StoreNamespace) {
    this.#keys = redisKeys(namespace);
    this.address = target.address;
    this.#client = redisClient(target);
    this.#client.on('error', (error: Error) => {
      this.#lastError = error;
    });
    this.#client.defineCommand('saveTrial', { numberOfKeys: SAVE_TRIAL_KEYS, lua: SAVE_TRIAL_LUA });
  }

  /**
   * Connects, within CONNECT_TIMEOUT_MS.
   *
   * @throws ArbtuneError `unreachable` when Redis does not answer or refuses the credentials.
   */
  static async open(target: RedisTarget, namespace: StoreNamespace): Promise<StateManager> {
    const store = new StateManager(target, namespace);
    try {
      await store.#run('the connection', (client) => client.ping());
    } catch (error) {
      await store.close();
      throw error;
    }
    return store;
  }

  async saveTrials(records: readonly TrialRecord[]): Promise<void> {
    const writes = records.map((record) => this.#saveArguments(record));
    for (const session of new Set(records.map((record) => record.session_id))) await this.#adopt(session);
    for (const batch of batches(writes)) {
      await this.#pipeline('the write of trials', (pipeline) => {
        for (const write of batch) pipeline.saveTrial(...write);
      });
    }
  }

  async loadTrials(sessionId: string): Promise<TrialRecord[]> {
    const located = await this.#locate(sessionId);
    const records: TrialRecord[] = [];
    for (const batch of batches(located)) {
      const replies = await this.#pipeline('the read of trials', (pipeline) => {
        for (const [, key] of batch) pipeline.hgetall(key);
      });
      replies.forEach((reply, position) => {
        const [iteration, key] = batch[position]!; // one reply per command
        const record = this.#decode(sessionId, iteration, key, reply as Record<string, string>);
        if (record !== undefined) records.push(record);
      });
    }
    return records;
  }

  async countTrials(sessionId: string): Promise<number> {
    let count = 0;
    for (const batch of batches(await this.#locate(sessionId))) {
      // Counts what is there, not what the index promises: an evicting Redis drops one without the other.
      count += await this.#run('the count of trials', (client) => client.exists(batch.map(([, key]) => key)));
    }
    return count;
  }

  async saveSession(record: SessionRecord): Promise<void> {
    await this.#run('the write of a session', (client) =>
      results(
        client
          .multi()
          .hset(this.#keys.session(record.session_id), encodeSession(record))
          .zadd(this.#keys.sessions, Date.parse(record.created_at) || 0, record.session_id)
          .exec(),
      ),
    );
  }

  async loadSession(sessionId: string): Promise<SessionRecord | undefined> {
    const key = this.#keys.session(sessionId);
    const fields = await this.#run('the read of a session', (client) => client.hgetall(key));
    return decodeSession(fields);
  }

  async listSessions(): Promise<SessionRecord[]> {
    const ids = await this.#run('the list of sessions', (client) =>
      client.zrevrange(this.#keys.sessions, 0, -1),
    );
    const sessions: SessionRecord[] = [];
    for (const batch of batches(ids)) {
      const replies = await this.#pipeline('the list of sessions', (pipeline) => {
        for (const id of batch) pipeline.hgetall(this.#keys.session(id));
      });
      for (const reply of replies) {
        const record = decodeSession(reply as Record<string, string>);
        if (record !== undefined) sessions.push(record);
      }
    }
    return sessions;
  }

  async saveWorker(record: WorkerRecord): Promise<void> {
    const key = this.#keys.workers(record.session_id);
    await this.#run('the write of a worker', (client) =>
      client.hset(key, record.worker_id, JSON.stringify(record)),
    );
  }

  async loadWorkers(sessionId: string): Promise<WorkerRecord[]> {
    const key = this.#keys.workers(sessionId);
    const workers = await this.#run('the read of workers', (client) => client.hvals(key));
    return workers
      .map((text) => JSON.parse(text) as WorkerRecord)
      .sort((a, b) => (a.worker_id < b.worker_id ? -1 : 1));
  }

  async warnings(): Promise<string[]> {
    const info = await this.#run('INFO', (client) => client.info());
    return durabilityWarnings(info, this.address);
  }

  async close(): Promise<void> {
    this.#client.disconnect();
  }

  #saveArguments(record: TrialRecord): string[] {
    const { session_id, worker_id, iteration } = record;
    const fields = encodeTrial(record);
    const absent = OPTIONAL_FIELDS.filter((field) => !(field in fields));
    return [
      this.#keys.trial(session_id, worker_id, iteration),
      this.#keys.index(session_id),
      this.#keys.olderTrial(session_id, iteration),
      String(iteration),
      String(absent.length),
      ...absent,
      ...Object.entries(fields).flat(),
    ];
  }

  /** Iterations and keys of a session's trials, in iteration order. */
  async #locate(sessionId: string): Promise<[iteration: number, key: string][]> {
    const key = this.#keys.index(sessionId);
    const read = () => this.#run('the read of an index', (client) => client.hgetall(key));
    let index = await read();
    if (!(ADOPTED in index)) {
      this.#adopted.delete(sessionId);
      const older = await this.#adopt(sessionId);
      index = { ...Object.fromEntries(older), ...(await read()) };
    }
    return Object.entries(index)
      .filter(([field]) => field !== ADOPTED)
      .map(([iteration, trial]): [number, string] => [Number(iteration), trial])
      .sort(([a], [b]) => a - b);
  }

  /**
   * Puts trials that an older tool wrote without an index into it. Looks through the whole database, so once a
   * session: a mark in the index says it was done.
   *
   * @returns what was found, by iteration.
   */
  async #adopt(sessionId: string): Promise<Map<string, string>> {
    if (this.#adopted.has(sessionId)) return new Map();
    const index = this.#keys.index(sessionId);
    const done = await this.#run('the read of an index', (client) => client.hexists(index, ADOPTED));
    const found = done === 1 ? new Map<string, string>() : await this.#scan(sessionId);
    if (done !== 1) {
      await this.#pipeline('the write of an index', (pipeline) => {
        for (const [iteration, key] of found) pipeline.hsetnx(index, iteration, key);
        pipeline.hsetnx(index, ADOPTED, '1');
      });
    }
    this.#adopted.add(sessionId);
    return found;
  }

  /** One key per iteration: the plain form before the older one before one with a suffix, then by name. */
  async #scan(sessionId: string): Promise<Map<string, string>> {
    const pattern = this.#keys.trialPattern(sessionId);
    const best = new Map<string, { key: string; rank: number }>();
    let cursor = '0';
    do {
      const [next, page] = await this.#run('the search for trials', (client) =>
        client.scan(cursor, 'MATCH', pattern, 'COUNT', SCAN_COUNT),
      );
      for (const key of page) {
        const parts = this.#keys.parseTrial(sessionId, key);
        if (parts === undefined) continue;
        const rank = parts.suffix !== undefined ? 2 : parts.worker_id === undefined ? 1 : 0;
        const known = best.get(String(parts.iteration));
        if (known === undefined || rank < known.rank || (rank === known.rank && key < known.key)) {
          best.set(String(parts.iteration), { key, rank });
        }
      }
      cursor = next;
    } while (cursor !== '0');
    return new Map([...best].map(([iteration, { key }]) => [iteration, key]));
  }

  #decode(
    sessionId: string,
    iteration: number,
    key: string,
    fields: Readonly<Record<string, string>>,
  ): TrialRecord | undefined {
    if (Object.keys(fields).length === 0) return undefined;
    const worker = this.#keys.parseTrial(sessionId, key)?.worker_id ?? 'main';
    try {
      return decodeTrial({
        session_id: sessionId,
        worker_id: worker,
        ...fields,
        iteration: String(iteration),
      });
    } catch (error) {
      throw new Error(
        `The record at ${key} in Redis at ${this.address} is damaged: ${(error as Error).message}`,
      );
    }
  }

  async #pipeline(doing: string, add: (pipeline: Pipeline) => void): Promise<unknown[]> {
    return this.#run(doing, (client) => {
      const pipeline = client.pipeline() as Pipeline;
      add(pipeline);
      return results(pipeline.exec());
    });
  }

  /** Every command goes through here: waits for the connection, bounded, and says in one sentence what failed. */
  async #run<T>(doing: string, command: (client: Redis) => Promise<T>): Promise<T> {
    try {
      await waitUntilReady(this.#client, CONNECT_TIMEOUT_MS, () => this.#lastError);
      return await command(this.#client);
    } catch (error) {
      if (error instanceof Error && error.message === 'Command timed out') {
        // A connection that does not answer may be half open: the next command gets a new one.
        this.#client.disconnect(true);
        throw redisError(
          new Error(`no answer within ${COMMAND_TIMEOUT_MS / 1000} s, timed out`),
          this.address,
          doing,
        );
      }
      throw redisError(error, this.address, doing);
    }
  }
}

/** The replies of a pipeline or transaction; the first error is thrown. */
async function results(exec: Promise<[Error | null, unknown][] | null>): Promise<unknown[]> {
  const replies = (await exec) ?? [];
  for (const [error] of replies) if (error !== null) throw error;
  return replies.map(([, reply]) => reply);
}

function* batches<T>(items: readonly T[]): Generator<readonly T[]> {
  for (let start = 0; start < items.length; start += BATCH) yield items.slice(start, start + BATCH);
}
