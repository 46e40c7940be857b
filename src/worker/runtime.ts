import { DefaultLogger, Runtime } from '@temporalio/worker';

/** The SDK's own words, from warnings on, as lines of ours. Once per process, before the first worker. */

/** Of what reached the service too late for it to matter: nothing is wrong. */
const LATE = [
  // Its activity had ended.
  'Activity heartbeat failed.',
  // Whoever asked had given up, or another worker had got the task, as where a machine is busy.
  'Task not found when completing',
];

let installed = false;

export interface MetricsExport {
  /** Where they can be scraped, `host:port`. */
  readonly address: string;
  /** Bounds of our own histograms, by name. */
  readonly buckets: Record<string, number[]>;
}

export function installRuntime(log: (line: string) => void, metrics?: MetricsExport): void {
  if (installed) return;
  Runtime.install({
    logger: new DefaultLogger('WARN', ({ level, message, meta }) => {
      if (LATE.includes(message)) return;
      // A worker serves sessions of others too.
      const where = typeof meta?.workflowId === 'string' ? ` (${meta.workflowId})` : '';
      const reason = meta?.error instanceof Error ? `: ${meta.error.message}` : '';
      log(`temporal ${level.toLowerCase()}: ${message}${where}${reason}`);
    }),
    // The SDK's native part else writes to stdout, which is for data.
    telemetryOptions: {
      logging: { filter: { core: 'WARN', other: 'ERROR' }, forward: {} },
      ...(metrics
        ? {
            metrics: {
              prometheus: {
                ...{ bindAddress: metrics.address, histogramBucketOverrides: metrics.buckets },
                ...{ countersTotalSuffix: true, unitSuffix: true, useSecondsForDurations: true },
              },
            },
          }
        : {}),
    },
    // Ctrl-C and SIGTERM are the command's to handle.
    shutdownSignals: [],
  });
  installed = true;
}
