import type { RedisKeys } from './keys.ts';
import type { RedisClient } from './redis-client.ts';

/**
 * Where a session's trials are in Redis: the index `iteration -> key`, and the search for keys that an older tool
 * wrote without one. Used by the StateManager alone.
 */

/** Keys that SCAN looks at per call. */
const SCAN_COUNT = 1_000;
/** Field of the index that says the session's older keys were looked for. */
const ADOPTED = 'adopted';

export interface LocatedTrial {
  readonly iteration: number;
  readonly key: string;
}

export class TrialIndex {
  readonly #client: RedisClient;
  readonly #keys: RedisKeys;
  /** Sessions whose older keys this process has looked for: once is enough, their writer is gone. */
  readonly #adopted = new Set<string>();

  constructor(client: RedisClient, keys: RedisKeys) {
    this.#client = client;
    this.#keys = keys;
  }

  /** In iteration order. Reading a session that is not there writes nothing. */
  async locate(sessionId: string): Promise<LocatedTrial[]> {
    let index = await this.#read(sessionId);
    if (!(ADOPTED in index)) {
      this.#adopted.delete(sessionId);
      const found = await this.#scan(sessionId);
      if (found.length === 0) return located(index);
      await this.#record(sessionId, found);
      index = await this.#read(sessionId);
    }
    return located(index);
  }

  /**
   * Before a session's first write: puts trials that an older tool wrote without an index into it. That looks
   * through the whole database, so once a session: a mark in the index says it was done.
   */
  async adopt(sessionId: string): Promise<void> {
    if (this.#adopted.has(sessionId)) return;
    const index = this.#keys.index(sessionId);
    const done = await this.#client.run('the read of an index', (redis) => redis.hexists(index, ADOPTED));
    if (done !== 1) await this.#record(sessionId, await this.#scan(sessionId));
    this.#adopted.add(sessionId);
  }

  /** Never over an entry: a trial written meanwhile is newer. */
  async #record(sessionId: string, found: readonly (readonly [string, string])[]): Promise<void> {
    const index = this.#keys.index(sessionId);
    const entries = [...found, [ADOPTED, '1'] as const];
    await this.#client.pipeline('the write of an index', entries, (pipeline, [field, value]) =>
      pipeline.hsetnx(index, field, value),
    );
  }

  async #read(sessionId: string): Promise<Record<string, string>> {
    const index = this.#keys.index(sessionId);
    return this.#client.run('the read of an index', (redis) => redis.hgetall(index));
  }

  /** One key per iteration: the plain form before the older one before one with a suffix, then by name. */
  async #scan(sessionId: string): Promise<[iteration: string, key: string][]> {
    const pattern = this.#keys.trialPattern(sessionId);
    const best = new Map<string, { key: string; rank: number }>();
    let cursor = '0';
    do {
      const [next, page] = await this.#client.run('the search for trials', (redis) =>
        redis.scan(cursor, 'MATCH', pattern, 'COUNT', SCAN_COUNT),
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
    return [...best].map(([iteration, { key }]) => [iteration, key]);
  }
}

function located(index: Readonly<Record<string, string>>): LocatedTrial[] {
  return Object.entries(index)
    .filter(([field]) => field !== ADOPTED)
    .map(([iteration, key]) => ({ iteration: Number(iteration), key }))
    .sort((a, b) => a.iteration - b.iteration);
}
