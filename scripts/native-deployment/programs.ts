import { execFileSync } from 'node:child_process';
import type { Environment } from '../../src/embedded/home.ts';
import { findOnPath } from '../../src/embedded/temporal-cli.mjs';
import { findPostgres } from '../setup/postgres.mjs';
import { findTemporalServer, type TemporalServerPrograms } from '../setup/temporal-server.mjs';

/** What the deployment runs: PostgreSQL and Redis as the system has them, and the Temporal server of the user's cache. */

export interface Programs {
  /** The folder of `initdb` and `postgres`. */
  readonly postgres: string;
  readonly redis: string;
  readonly temporal: TemporalServerPrograms;
}

/** All of them, or the names of those that are missing. */
export function findPrograms(environment: Environment): Programs | { readonly missing: readonly string[] } {
  const postgres = findPostgres(environment);
  const redis = findOnPath('redis-server', environment);
  const temporal = findTemporalServer(environment);
  if (postgres && redis && temporal) return { postgres, redis, temporal };
  const found = { PostgreSQL: postgres, 'redis-server': redis, 'the Temporal server': temporal };
  return { missing: Object.entries(found).flatMap(([name, value]) => (value ? [] : [name])) };
}

/** PostgreSQL refuses to run as root: then its own user, whom its package made, runs it. */
export function postgresUser(): { readonly uid: number; readonly gid: number } | undefined {
  if (process.getuid?.() !== 0) return undefined;
  const idOf = (flag: string) => Number(execFileSync('id', [flag, 'postgres'], { encoding: 'utf8' }));
  return { uid: idOf('-u'), gid: idOf('-g') };
}
