import { checkEnv } from '../config/ids.ts';
import { ensureTemporal, type TemporalServer } from '../embedded/ensure-temporal.ts';
import { arbtuneHome, type Environment, makePrivateFolder } from '../embedded/home.ts';
import { type CodecKey, codecKeys } from '../payloads/keys.ts';
import { openStore } from '../store/open-store.ts';
import type { ResultStore } from '../store/result-store.ts';
import { TuningClient } from './tuning-client.ts';

/** What every command and script stands on: a Temporal service, the result store, and a client of both. */

export interface StackOptions {
  /** Names a deployment; default `local`. */
  readonly env?: string;
  readonly mode?: string;
  /** Before REDIS_URL. */
  readonly redisUrl?: string;
  /** Embedded server only: no loss on a power cut. */
  readonly durable?: boolean;
  /** Default `process.env`. */
  readonly environment?: Environment;
  /** Told what takes long or went wrong, a line each. Default: nobody. */
  readonly log?: (line: string) => void;
}

export interface Stack {
  readonly env: string;
  readonly mode: string;
  readonly home: string;
  readonly server: TemporalServer;
  readonly store: ResultStore;
  readonly client: TuningClient;
  /** What sessions are encrypted with in Temporal; empty: with nothing. */
  readonly codecKeys: readonly CodecKey[];
  close(): Promise<void>;
}

/**
 * Connects to what the environment names, else brings up the embedded server and store.
 *
 * @throws ArbtuneError `unreachable` when a service that was named does not answer
 */
export async function openStack(options: StackOptions = {}): Promise<Stack> {
  const {
    env = 'local',
    mode = 'paper',
    environment = process.env,
    log = () => {},
    durable = false,
  } = options;
  checkEnv(env);
  const keys = codecKeys(environment);
  const home = arbtuneHome(environment);
  makePrivateFolder(home);
  const store = await openStore({ env, mode, home, redisUrl: options.redisUrl, environment });
  try {
    for (const warning of await store.warnings()) log(`warning: ${warning}`);
    const server = await ensureTemporal({ home, environment, log, durable });
    try {
      const client = await TuningClient.connect({ server, env, mode, codecKeys: keys });
      const close = async () => {
        await client.close();
        await store.close();
        await server.release();
      };
      return { env, mode, home, server, store, client, codecKeys: keys, close };
    } catch (error) {
      await server.release();
      throw error;
    }
  } catch (error) {
    await store.close();
    throw error;
  }
}
