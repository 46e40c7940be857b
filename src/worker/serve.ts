import { availableParallelism } from 'node:os';
import { resolve } from 'node:path';
import { Runtime } from '@temporalio/worker';
import type { TemporalServer } from '../embedded/ensure-temporal.ts';
import { homeLayout } from '../embedded/home.ts';
import type { ArbtuneError } from '../errors.ts';
import { messageOf } from '../foreign-errors.ts';
import type { CodecKey } from '../payloads/keys.ts';
import type { ResultStore } from '../store/result-store.ts';
import type { DeploymentVersion } from './deployment-version.ts';
import { createEnginePool } from './engine-pool.ts';
import { meteredEvaluator, meteredStore } from './health/trial-metrics.ts';
import type { WorkerHealth } from './health/worker-health.ts';
import { installRuntime } from './runtime.ts';
import { collectOldObjectsSooner } from './v8-flags.ts';
import { type RunningWorker, startWorker } from './worker.ts';
import { WorkerReport } from './worker-report.ts';

/** A whole worker in this process: engine threads, reports to the store, and the Temporal worker over them. */

export interface ServeOptions {
  readonly server: Pick<TemporalServer, 'connection' | 'namespace'>;
  readonly store: ResultStore;
  readonly env: string;
  readonly mode: string;
  readonly workerId: string;
  /** Measure trials of this session alone. */
  readonly sessionId?: string;
  /** ARBTUNE_HOME: loaded market data is cached there. */
  readonly home: string;
  /** The folder that scenarios' data files are relative to; default: the working folder. */
  readonly dataRoot?: string;
  /** Batches of trials measured at once, a thread each; default: one per core. */
  readonly concurrency?: number;
  /** Default `outputs`, below the working folder. */
  readonly outputs?: string;
  /** What sessions are encrypted with; default: nothing. */
  readonly codecKeys?: readonly CodecKey[];
  /** The release it serves sessions of; default: of all. */
  readonly version?: DeploymentVersion;
  /** Shows whether the worker takes work, and what it counts. */
  readonly health?: WorkerHealth;
  /** Told of what goes wrong without stopping the worker. */
  readonly log: (line: string) => void;
}

export async function serveSessions(options: ServeOptions): Promise<RunningWorker> {
  const { server, env, mode, workerId, health, log } = options;
  collectOldObjectsSooner();
  installRuntime(log);
  const meter = Runtime.instance().metricMeter;
  const store = health ? meteredStore(options.store, meter) : options.store;
  const concurrency = options.concurrency ?? availableParallelism();
  const engine = createEnginePool({
    threads: concurrency,
    location: { root: resolve(options.dataRoot ?? '.'), cacheDir: homeLayout(options.home).cacheFolder },
  });
  const evaluator = health ? meteredEvaluator(engine, meter) : engine;
  const report = new WorkerReport(store, workerId, (error) =>
    log(`the store does not take this worker's state: ${messageOf(error)}`),
  );
  let unreadable: ArbtuneError | undefined;
  const refused = new AbortController();
  const onUnreadable = (error: ArbtuneError) => {
    unreadable ??= error;
    refused.abort();
  };
  const close = async () => {
    await report.close();
    await evaluator.close();
  };
  try {
    const worker = await startWorker({
      ...{ server, store, env, mode, workerId, concurrency, evaluator },
      ...(options.sessionId === undefined ? {} : { sessionId: options.sessionId }),
      ...(options.version ? { version: options.version } : {}),
      outputs: options.outputs ?? 'outputs',
      onTrials: (event) => report.note(event),
      ...{ codecKeys: options.codecKeys ?? [], onUnreadable },
    });
    health?.watch(worker, store);
    // Whatever it took of such a session would fail: others, which have the key, shall take it.
    if (refused.signal.aborted) void worker.stop();
    else refused.signal.addEventListener('abort', () => void worker.stop(), { once: true });
    const stopped = worker.stopped.finally(close).then(() => {
      if (unreadable) throw unreadable;
    });
    return {
      ...worker,
      stopped,
      async stop() {
        await worker.stop();
        await stopped;
      },
    };
  } catch (error) {
    await close();
    throw error;
  }
}
