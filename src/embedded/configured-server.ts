import type { ConnectionOptions } from '@temporalio/client';
import { type ClientConnectConfig, loadClientConnectConfig } from '@temporalio/envconfig';
import { ArbtuneError } from '../errors.ts';
import type { Environment } from './home.ts';

/**
 * The Temporal service that the user's environment names, in the standard way: `TEMPORAL_ADDRESS` and its companions,
 * or a profile of the Temporal configuration file. Where one is named, no other is ever used.
 */

/** What clients and workers need to connect: address, TLS, API key and metadata. */
export type ConnectionSettings = Pick<ConnectionOptions, 'address' | 'tls' | 'apiKey' | 'metadata'>;

export interface ConfiguredServer {
  readonly address: string;
  readonly namespace: string;
  readonly connection: ConnectionSettings;
}

/** Undefined when the environment names no address. Throws an `input` error when the configuration cannot be read. */
export function configuredServer(environment: Environment): ConfiguredServer | undefined {
  const config = loadConfig(environment);
  const { address, tls, apiKey, metadata } = config.connectionOptions;
  if (!address) return undefined;
  const connection: ConnectionSettings = {
    address,
    ...(tls === undefined ? {} : { tls }),
    ...(apiKey === undefined ? {} : { apiKey }),
    ...(metadata === undefined ? {} : { metadata }),
  };
  return { address, namespace: config.namespace ?? 'default', connection };
}

function loadConfig(environment: Environment): ClientConnectConfig {
  const entries = Object.entries(environment).filter(
    (entry): entry is [string, string] => entry[1] !== undefined,
  );
  try {
    return loadClientConnectConfig({ overrideEnvVars: Object.fromEntries(entries) });
  } catch (error) {
    throw new ArbtuneError('input', `The Temporal configuration cannot be used: ${withoutExcerpt(error)}`);
  }
}

/** A parser quotes the lines around its error, and those may hold an API key: only the place is told, and no cause kept. */
function withoutExcerpt(error: unknown): string {
  if (!(error instanceof Error)) return 'it cannot be read';
  const [reason = ''] = error.message.split('\n');
  const { line, column } = error as { line?: unknown; column?: unknown };
  return typeof line === 'number' ? `${reason} at ${line}:${column}` : reason;
}
