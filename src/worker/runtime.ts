import { DefaultLogger, Runtime } from '@temporalio/worker';

/** The SDK's own words, from warnings on, as lines of ours. Once per process, before the first worker. */

let installed = false;

export function installRuntime(log: (line: string) => void): void {
  if (installed) return;
  installed = true;
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      const reason = meta?.error instanceof Error ? `: ${meta.error.message}` : '';
      log(`temporal ${level.toLowerCase()}: ${message}${reason}`);
    }),
    // The SDK's native part else writes to stdout, which is for data.
    telemetryOptions: { logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} } },
    // Ctrl-C and SIGTERM are the command's to handle.
    shutdownSignals: [],
  });
}
