import { ArbtuneError } from '../errors.ts';
import { batches } from './batches.ts';
import { keyPart, type RedisKeys, redisKeys } from './keys.ts';
import { BATCH, RedisClient, results } from './redis-client.ts';
import type { RedisTarget } from './redis-connection.ts';
import { durabilityWarnings } from './redis-warnings.ts';
import {
  type ResultStore,
  type SessionRecord,
  type StoreNamespace,
  TRIALS_A_PAGE,
  trialsIn,
  type WorkerRecord,
} from './result-store.ts';
import { decodeSession, encodeSession } from './session-fields.ts';
import { decodeTrial, encodeTrial, OPTIONAL_FIELDS } from './trial-fields.ts';
import { type LocatedTrial, TrialIndex } from './trial-index.ts';
import type { TrialRecord } from './trial-record.ts';

/**
 * The result store on Redis: every access of arbtune to Redis goes through this class. Trials are hashes without an
 * expiry; an index per session says where they are. Nothing falls back: what Redis refuses is thrown.
 */

export class StateManager implements ResultStore {
  readonly #client: RedisClient;
  readonly #keys: RedisKeys;
  readonly #index: TrialIndex;

  private constructor(client: RedisClient, keys: RedisKeys) {
    this.#client = client;
    this.#keys = keys;
    this.#index = new TrialIndex(client, keys);
  }

  /** @throws ArbtuneError `unreachable`, within seconds, when Redis does not answer or refuses the credentials. */
  static async open(target: RedisTarget, namespace: StoreNamespace): Promise<StateManager> {
    const keys = redisKeys(namespace);
    const client = new RedisClient(target);
    try {
      await client.run('the connection', (redis) => redis.ping());
    } catch (error) {
      client.close();
      throw error;
    }
    return new StateManager(client, keys);
  }

  async saveTrials(records: readonly TrialRecord[]): Promise<void> {
    const writes = records.map((record) => this.#saveArguments(record));
    for (const session of new Set(records.map((record) => record.session_id)))
      await this.#index.adopt(session);
    await this.#client.pipeline('the write of trials', writes, (pipeline, write) =>
      pipeline.saveTrial(...write),
    );
  }

  async loadTrials(sessionId: string): Promise<TrialRecord[]> {
    return await trialsIn(this.trialPages(sessionId));
  }

  async *trialPages(sessionId: string): AsyncGenerator<readonly TrialRecord[]> {
    for (const places of batches(await this.#index.locate(sessionId), TRIALS_A_PAGE)) {
      const replies = await this.#client.pipeline('the read of trials', places, (pipeline, { key }) =>
        pipeline.hgetall(key),
      );
      const page = places.flatMap((place, position) => {
        const fields = replies[position] as Record<string, string>;
        return Object.keys(fields).length === 0 ? [] : [this.#decode(sessionId, place, fields)];
      });
      if (page.length > 0) yield page;
    }
  }

  async countTrials(sessionId: string): Promise<number> {
    const located = await this.#index.locate(sessionId);
    let count = 0;
    for (const batch of batches(
      located.map(({ key }) => key),
      BATCH,
    )) {
      // Counts what is there, not what the index promises: an evicting Redis drops one without the other.
      count += await this.#client.run('the count of trials', (redis) => redis.exists([...batch]));
    }
    return count;
  }

  async saveSession(record: SessionRecord): Promise<void> {
    const key = this.#keys.session(record.session_id);
    const created = Date.parse(record.created_at) || 0;
    await this.#client.run('the write of a session', (redis) =>
      results(
        redis
          .multi()
          .hset(key, encodeSession(record))
          .zadd(this.#keys.sessions, created, record.session_id)
          .exec(),
      ),
    );
  }

  async loadSession(sessionId: string): Promise<SessionRecord | undefined> {
    const key = this.#keys.session(sessionId);
    return decodeSession(await this.#client.run('the read of a session', (redis) => redis.hgetall(key)));
  }

  async listSessions(): Promise<SessionRecord[]> {
    const ids = await this.#client.run('the list of sessions', (redis) =>
      redis.zrevrange(this.#keys.sessions, 0, -1),
    );
    const replies = await this.#client.pipeline('the list of sessions', ids, (pipeline, id) =>
      pipeline.hgetall(this.#keys.session(id)),
    );
    return replies.flatMap((reply) => decodeSession(reply as Record<string, string>) ?? []);
  }

  async saveWorker(record: WorkerRecord): Promise<void> {
    const key = this.#keys.workers(record.session_id);
    const worker = keyPart('worker id', record.worker_id);
    await this.#client.run('the write of a worker', (redis) =>
      redis.hset(key, worker, JSON.stringify(record)),
    );
  }

  async loadWorkers(sessionId: string): Promise<WorkerRecord[]> {
    const key = this.#keys.workers(sessionId);
    const workers = await this.#client.run('the read of workers', (redis) => redis.hvals(key));
    return workers
      .map((text) => JSON.parse(text) as WorkerRecord)
      .sort((a, b) => (a.worker_id < b.worker_id ? -1 : 1));
  }

  async warnings(): Promise<string[]> {
    const info = await this.#client.run('INFO', (redis) => redis.info());
    return durabilityWarnings(info, this.#client.address);
  }

  async close(): Promise<void> {
    this.#client.close();
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

  /** What an older record lacks is taken from its key; its worker was called `main` unless it said otherwise. */
  #decode(sessionId: string, place: LocatedTrial, fields: Readonly<Record<string, string>>): TrialRecord {
    const worker = this.#keys.parseTrial(sessionId, place.key)?.worker_id ?? 'main';
    try {
      return decodeTrial({
        session_id: sessionId,
        worker_id: worker,
        ...fields,
        iteration: String(place.iteration),
      });
    } catch (error) {
      throw new ArbtuneError(
        'unreachable',
        `The record ${place.key} in Redis at ${this.#client.address} is damaged: ${(error as Error).message}. Delete it and let \`arbtune repair\` rebuild it from the history.`,
      );
    }
  }
}
