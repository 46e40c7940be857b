import { existsSync, readdirSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { findOnPath } from '../../src/embedded/temporal-cli.mjs';

/** Debian keeps the programs of PostgreSQL's server off PATH, a folder for each version. */

const VERSIONS = '/usr/lib/postgresql';

/** The folder of `initdb` and `postgres`, of the newest version. */
export function findPostgres(environment) {
  const versions = existsSync(VERSIONS) ? readdirSync(VERSIONS).filter((name) => /^\d+$/.test(name)) : [];
  const newestFirst = versions.sort((a, b) => b - a).map((version) => join(VERSIONS, version, 'bin'));
  const onPath = findOnPath('initdb', environment);
  const folders = [...newestFirst, ...(onPath ? [dirname(onPath)] : [])];
  return folders.find((folder) => ['initdb', 'postgres'].every((name) => existsSync(join(folder, name))));
}
