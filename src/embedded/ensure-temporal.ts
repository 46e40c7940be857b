import { ArbtuneError } from '../errors.ts';
import { messageOf } from '../foreign-errors.ts';
import { type ConnectionSettings, configuredServer } from './configured-server.ts';
import { hasRequiredAttributes, NAMESPACE } from './dev-server.ts';
import { holdEmbeddedServer } from './embedded-server.ts';
import { type Environment, homeLayout } from './home.ts';
import { LOOPBACK } from './ports.ts';
import { checkService } from './service-check.ts';
import { provideTemporalCli } from './temporal-cli.mjs';

/** The one way to a Temporal service: the one that the environment names, else the embedded one. */

export interface EnsureOptions {
  /** `arbtuneHome(environment)`. */
  readonly home: string;
  readonly environment: Environment;
  /** Told what takes long or went wrong, a line each. */
  readonly log: (line: string) => void;
  /** Embedded only: no loss on a power cut, at some speed. Default false. */
  readonly durable?: boolean;
}

export interface TemporalServer {
  /** `host:port`. */
  readonly address: string;
  readonly namespace: string;
  /** Of an embedded server. */
  readonly uiUrl?: string;
  /** An embedded server, of which this process holds a lease. */
  readonly owned: boolean;
  /** For `Connection.connect` and `NativeConnection.connect`. */
  readonly connection: ConnectionSettings;
  /** Call it when done: the last process to do so ends the embedded server. `untilEnded` waits for that. */
  release(options?: { readonly untilEnded?: boolean }): Promise<void>;
}

/**
 * Resolves when the service answers, and its namespace has the search attributes of sessions.
 * Throws an `unreachable` error within 10 s when a configured address does not answer, an `input` error when the
 * Temporal configuration cannot be read.
 */
export async function ensureTemporal(options: EnsureOptions): Promise<TemporalServer> {
  const configured = configuredServer(options.environment);
  if (configured) {
    await checkService(configured.connection, configured.namespace, options.log);
    return { ...configured, owned: false, release: async () => {} };
  }
  const { environment, log } = options;
  const holding = await holdEmbeddedServer({
    layout: homeLayout(options.home),
    environment,
    log,
    durable: options.durable ?? false,
    findCli: () => provideCli(environment, log),
  });
  const { ports } = holding.state;
  const address = `${LOOPBACK}:${ports.grpc}`;
  try {
    // The quicker look first; where it does not find them, the other has more time, and adds them.
    if (!(await hasRequiredAttributes(ports))) await checkService({ address }, NAMESPACE, log);
  } catch (error) {
    await holding.release();
    throw error;
  }
  return {
    address,
    namespace: NAMESPACE,
    uiUrl: `http://${LOOPBACK}:${ports.ui}`,
    owned: true,
    connection: { address },
    release: holding.release,
  };
}

async function provideCli(environment: Environment, log: (line: string) => void): Promise<string> {
  try {
    return await provideTemporalCli({ environment, log });
  } catch (error) {
    throw new ArbtuneError('unreachable', messageOf(error), {
      cause: error,
    });
  }
}
