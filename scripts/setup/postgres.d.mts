import type { Environment } from '../../src/embedded/home.ts';

/** The folder of `initdb` and `postgres`, of the newest version. */
export function findPostgres(environment: Environment): string | undefined;
