import { once } from 'node:events';
import { ArbtuneError } from '../errors.ts';
import { configuredServer } from './configured-server.ts';
import { type EnsureOptions, ensureTemporal, type TemporalServer } from './ensure-temporal.ts';

/** `arbtune dev`: the embedded server alone, until Ctrl-C. */

export interface DevServerSession extends EnsureOptions {
  /** Told once the server answers: the command prints its addresses. */
  readonly onReady: (server: TemporalServer) => void;
  /** Ends it, besides SIGINT and SIGTERM. */
  readonly signal?: AbortSignal;
}

/**
 * Resolves when the server has been given back and, unless other processes use it, has ended.
 * Throws what `ensureTemporal` throws, and an `input` error where another Temporal service is configured.
 */
export async function runDevServer(options: DevServerSession): Promise<void> {
  const configured = configuredServer(options.environment);
  if (configured) {
    throw new ArbtuneError(
      'input',
      `Temporal at ${configured.address} is configured, so every command uses that one; unset TEMPORAL_ADDRESS or the Temporal profile to run the embedded server.`,
    );
  }
  const stop = new AbortController();
  const onSignal = (): void => stop.abort();
  const ended = once(stop.signal, 'abort');
  options.signal?.addEventListener('abort', onSignal, { once: true });
  if (options.signal?.aborted) stop.abort();
  process.on('SIGINT', onSignal).on('SIGTERM', onSignal);
  // The lease's watch alone does not keep a process going.
  const stayAlive = setInterval(() => {}, 2 ** 30);
  try {
    const server = await ensureTemporal(options);
    options.onReady(server);
    await ended;
    await server.release({ untilEnded: true });
  } finally {
    clearInterval(stayAlive);
    process.off('SIGINT', onSignal).off('SIGTERM', onSignal);
    options.signal?.removeEventListener('abort', onSignal);
  }
}
