import { execFileSync } from 'node:child_process';
import { chownSync, existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { LOOPBACK } from '../../src/embedded/ports.ts';
import { postgresUser } from './programs.ts';
import { type Service, startService } from './service.ts';

/** A PostgreSQL server of the deployment's own: a new cluster with one role, on loopback, syncing every commit. */

export interface PostgresOptions {
  /** The folder of its programs. */
  readonly programs: string;
  readonly folder: string;
  readonly port: number;
  readonly user: string;
  readonly password: string;
}

export async function startPostgres(options: PostgresOptions): Promise<Service> {
  const { programs, port } = options;
  const user = postgresUser();
  const folder = join(options.folder, 'postgres');
  const data = join(folder, 'data');
  const passwordFile = join(folder, 'password');
  mkdirSync(folder, { mode: 0o700 });
  writeFileSync(passwordFile, options.password, { mode: 0o600 });
  for (const path of user ? [folder, passwordFile] : []) chownSync(path, user?.uid ?? 0, user?.gid ?? 0);
  execFileSync(
    join(programs, 'initdb'),
    ['--pgdata', data, '--username', options.user, '--pwfile', passwordFile, '--auth', 'scram-sha-256'],
    { cwd: folder, stdio: 'pipe', ...(user ?? {}) },
  );
  return await startService({
    name: 'postgresql',
    command: join(programs, 'postgres'),
    args: ['-D', data, '-h', LOOPBACK, '-p', String(port), '-k', folder],
    ...{ folder, logs: options.folder, user },
    // Disconnects its clients instead of waiting for them.
    stopSignal: 'SIGINT',
    isReady: async () => isReady(join(data, 'postmaster.pid')),
  });
}

/** It listens before it has started up; its pid file says when it has, as `pg_ctl` reads there too. */
function isReady(pidFile: string): boolean {
  return existsSync(pidFile) && readFileSync(pidFile, 'utf8').split('\n')[7]?.trim() === 'ready';
}
