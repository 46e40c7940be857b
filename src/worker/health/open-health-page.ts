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

/** To be opened before anything else of Temporal's: the runtime takes its metrics settings once. */
export async function openHealthPage(
  settings: HealthSettings,
  log: (line: string) => void,
): Promise<HealthPage> {
  const [port] = await freePorts(1);
  const address = `${LOOPBACK}:${port}`;
  const health = new WorkerHealth(`http://${address}/metrics`);
  const server = await startHealthServer(settings, health);
  // The runtime serves its metrics on a port of its own; the page passes them on to those who may see them.
  installRuntime(log, { address, buckets: HISTOGRAM_BUCKETS });
  return { url: server.url, health, close: server.close };
}
