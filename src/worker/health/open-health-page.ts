import { freePorts, LOOPBACK } from '../../embedded/ports.ts';
import { installRuntime } from '../runtime.ts';
import { startHealthServer } from './health-server.ts';
import type { HealthSettings } from './health-settings.ts';
import { HISTOGRAM_BUCKETS } from './trial-metrics.ts';
import { WorkerHealth } from './worker-health.ts';

/** The health page of this process, up before its worker is: it says `starting` until then. */

export interface HealthPage {
  readonly url: string;
  readonly health: WorkerHealth;
  close(): Promise<void>;
}

/** A port that was free a moment ago may be another's by now: many workers may start at once. */
const PORT_ATTEMPTS = 5;

/** To be opened before anything else of Temporal's: the runtime takes its metrics settings once. */
export async function openHealthPage(
  settings: HealthSettings,
  log: (line: string) => void,
): Promise<HealthPage> {
  // The runtime serves its metrics on a port of its own; the page passes them on to those who may see them.
  const health = new WorkerHealth(`http://${await serveMetrics(log)}/metrics`);
  const server = await startHealthServer(settings, health);
  return { url: server.url, health, close: server.close };
}

async function serveMetrics(log: (line: string) => void): Promise<string> {
  for (let attempt = 1; ; attempt += 1) {
    const [port] = await freePorts(1);
    const address = `${LOOPBACK}:${port}`;
    try {
      installRuntime(log, { address, buckets: HISTOGRAM_BUCKETS });
      return address;
    } catch (error) {
      if (attempt === PORT_ATTEMPTS) throw error;
    }
  }
}
