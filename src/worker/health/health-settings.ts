import type { Environment } from '../../embedded/home.ts';
import { ArbtuneError } from '../../errors.ts';

/** Where a worker's health page listens, and who may read it. Beyond this machine only those who know the token. */

export interface HealthSettings {
  readonly host: string;
  readonly port: number;
  /** Asked of every request, when there is one. */
  readonly token?: string;
}

const LOOPBACK_HOSTS = /^(127(\.\d{1,3}){3}|localhost|::1)$/;
const LEAST_TOKEN_LENGTH = 16;

/** The names of this machine alone: a page that is open without a token answers to no other. */
export function isLoopback(host: string): boolean {
  return LOOPBACK_HOSTS.test(host);
}

/**
 * @returns undefined when no port is asked for
 * @throws ArbtuneError `input` when it would be open to others without a token
 */
export function healthSettings(
  flags: { readonly healthPort?: number; readonly healthHost?: string },
  environment: Environment,
): HealthSettings | undefined {
  const { healthPort: port, healthHost: host = '127.0.0.1' } = flags;
  if (port === undefined) {
    if (flags.healthHost === undefined) return undefined;
    throw new ArbtuneError('input', '--health-host without --health-port: name the port too');
  }
  const token = environment.ARBTUNE_HEALTH_TOKEN || undefined;
  if (token === undefined) {
    if (isLoopback(host)) return { host, port };
    throw new ArbtuneError(
      'input',
      `--health-host ${host} would open the health page to other machines: set ARBTUNE_HEALTH_TOKEN to a secret that they must show, or leave --health-host away`,
    );
  }
  if (token.length >= LEAST_TOKEN_LENGTH) return { host, port, token };
  throw new ArbtuneError(
    'input',
    `ARBTUNE_HEALTH_TOKEN is ${token.length} characters long; expected at least ${LEAST_TOKEN_LENGTH}`,
  );
}
