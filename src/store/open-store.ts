import { homeLayout } from '../embedded/home.ts';
import { type Environment, redisTarget } from './redis-connection.ts';
import type { ResultStore } from './result-store.ts';
import { SqliteStore } from './sqlite-store.ts';
import { StateManager } from './state-manager.ts';

/** Chooses the result store. Who asks for Redis gets Redis or an error, never anything else. */

/** Where the predecessor's docker set-up has Redis. */
const DOCKER_REDIS_URL = 'redis://localhost:6380';

export interface OpenStoreOptions {
  readonly env: string;
  readonly mode: string;
  /** ARBTUNE_HOME: the folder of the embedded store. */
  readonly home: string;
  /** Before REDIS_URL of the environment. */
  readonly redisUrl?: string | undefined;
  /** `process.env`, or what stands for it. */
  readonly environment: Environment;
}

/**
 * Redis where a URL or `env: docker` names it, else SQLite at `<home>/arbtune.sqlite`.
 *
 * @throws ArbtuneError `unreachable` within seconds when the store cannot be used, `input` when its address is wrong.
 */
export async function openStore(options: OpenStoreOptions): Promise<ResultStore> {
  const namespace = { env: options.env, mode: options.mode };
  const url = redisUrl(options);
  if (url !== undefined) return StateManager.open(redisTarget(url, options.environment), namespace);
  return SqliteStore.open({ path: homeLayout(options.home).storeFile }, namespace);
}

function redisUrl(options: OpenStoreOptions): string | undefined {
  const url = options.redisUrl || options.environment.REDIS_URL;
  return url || (options.env === 'docker' ? DOCKER_REDIS_URL : undefined);
}
