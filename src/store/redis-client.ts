import { type ChainableCommander, Redis } from 'ioredis';
import { batches } from './batches.ts';
import { COMMAND_TIMEOUT_MS, CONNECT_TIMEOUT_MS, type RedisTarget } from './redis-connection.ts';
import { redisError } from './redis-errors.ts';
import { SAVE_TRIAL_KEYS, SAVE_TRIAL_LUA } from './save-trial-script.ts';

/** The connection behind the StateManager: every wait bounded, every error one sentence without a secret. */

/** Items per round trip: large enough to hide the latency, small enough that other clients are served between. */
export const BATCH = 500;

export type Pipeline = ChainableCommander & {
  /** See save-trial-script.ts for the arguments. */
  saveTrial(...args: string[]): ChainableCommander;
};

export class RedisClient {
  /** For messages: credentials masked. */
  readonly address: string;
  readonly #redis: Redis;
  #lastError: Error | undefined;

  constructor(target: RedisTarget) {
    this.address = target.address;
    this.#redis = new Redis(target.options);
    this.#redis.on('error', (error: Error) => {
      this.#lastError = error;
    });
    this.#redis.on('connect', () => {
      this.#lastError = undefined;
    });
    this.#redis.defineCommand('saveTrial', { numberOfKeys: SAVE_TRIAL_KEYS, lua: SAVE_TRIAL_LUA });
  }

  /**
   * Runs commands once there is a connection.
   *
   * @param doing what it is for, as the error says it: "the write of trials".
   * @throws ArbtuneError `unreachable` within CONNECT_TIMEOUT_MS + COMMAND_TIMEOUT_MS, and when Redis refuses.
   */
  async run<T>(doing: string, command: (redis: Redis) => Promise<T>): Promise<T> {
    try {
      await this.#untilReady();
      return await command(this.#redis);
    } catch (error) {
      if (!isCommandTimeout(error)) throw redisError(error, this.address, doing);
      // A connection that does not answer may be half open: the next command gets a new one.
      this.#redis.disconnect(true);
      throw redisError(
        new Error(`no answer within ${COMMAND_TIMEOUT_MS / 1000} s, timed out`),
        this.address,
        doing,
      );
    }
  }

  /** Sends commands for all items, in batches of one round trip each, and returns their replies in order. */
  async pipeline<T>(
    doing: string,
    items: readonly T[],
    add: (pipeline: Pipeline, item: T) => void,
  ): Promise<unknown[]> {
    const replies: unknown[] = [];
    for (const batch of batches(items, BATCH)) {
      const answered = await this.run(doing, (redis) => {
        const pipeline = redis.pipeline() as Pipeline;
        for (const item of batch) add(pipeline, item);
        return results(pipeline.exec());
      });
      for (const reply of answered) replies.push(reply);
    }
    return replies;
  }

  close(): void {
    this.#redis.disconnect();
  }

  /**
   * The first connection fails at its first error, so that a wrong address is said at once; a later one waits for
   * the client's own reconnecting.
   */
  #untilReady(): Promise<void> {
    const redis = this.#redis;
    if (redis.status === 'ready') return Promise.resolve();
    const first = redis.status === 'wait';
    return new Promise((resolve, reject) => {
      const settle = (outcome: () => void) => {
        clearTimeout(timer);
        redis.off('ready', onReady).off('error', onError).off('end', onEnd);
        outcome();
      };
      const onReady = () => settle(resolve);
      const onError = (error: Error) => {
        if (first || error.name === 'ReplyError') settle(() => reject(error));
      };
      const onEnd = () => settle(() => reject(this.#lastError ?? new Error('Connection is closed.')));
      const timer = setTimeout(() => {
        const waited = new Error(`no connection within ${CONNECT_TIMEOUT_MS / 1000} s, timed out`);
        settle(() => reject(this.#lastError ?? waited));
      }, CONNECT_TIMEOUT_MS);
      redis.on('ready', onReady).on('error', onError).on('end', onEnd);
      if (redis.status === 'end') onEnd();
      else if (first) redis.connect().catch(() => {}); // The error arrives as an event too.
    });
  }
}

/** The replies of a pipeline or transaction; the first error is thrown. */
export async function results(exec: Promise<[Error | null, unknown][] | null>): Promise<unknown[]> {
  const replies = (await exec) ?? [];
  for (const [error] of replies) if (error !== null) throw error;
  return replies.map(([, reply]) => reply);
}

function isCommandTimeout(error: unknown): boolean {
  return error instanceof Error && error.message === 'Command timed out';
}
