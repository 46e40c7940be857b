import { hostname } from 'node:os';
import {
  NativeConnection,
  type NativeConnectionOptions,
  type WorkerOptions as TemporalWorkerOptions,
  Worker,
} from '@temporalio/worker';
import { createActivities, type TrialsEvent } from '../activities/create-activities.ts';
import { workerLeaves } from '../activities/session-of.ts';
import type { TrialEvaluator } from '../activities/trial-evaluator.ts';
import type { TemporalServer } from '../embedded/ensure-temporal.ts';
import type { ArbtuneError } from '../errors.ts';
import { dataConverter } from '../payloads/data-converter.ts';
import type { CodecKey } from '../payloads/keys.ts';
import type { ResultStore } from '../store/result-store.ts';
import { STICKY_TIMEOUT_MS } from '../workflows/limits.ts';
import { sessionQueueOf, taskQueueOf } from '../workflows/names.ts';
import { type DeploymentVersion, workerDeploymentOptions } from './deployment-version.ts';
import { withWorkflowThreadLimits } from './v8-flags.ts';
import { workerIdentity } from './worker-identity.ts';
import { workflowBundle } from './workflow-bundle.ts';

/** A worker process's part in Temporal: polls the queue of its environment and mode, for the workflow and its activities. */

export interface WorkerOptions {
  readonly server: Pick<TemporalServer, 'connection' | 'namespace'>;
  readonly env: string;
  readonly mode: string;
  /** In its Temporal identity and in every result. */
  readonly workerId: string;
  /** Measure trials of this session alone. */
  readonly sessionId?: string;
  /** Batches of trials measured at once. */
  readonly concurrency: number;
  readonly evaluator: TrialEvaluator;
  readonly store: ResultStore;
  readonly outputs: string;
  readonly onTrials: (event: TrialsEvent) => void;
  readonly codecKeys: readonly CodecKey[];
  /** The release it serves sessions of; absent: of all. */
  readonly version?: DeploymentVersion;
  /** Told of a session that these keys cannot read. */
  readonly onUnreadable: (error: ArbtuneError) => void;
}

export interface RunningWorker {
  /** Whether it takes work; false from the moment it is told to stop. */
  isPolling(): boolean;
  readonly connection: NativeConnection;
  /** Resolves when the worker has stopped, rejects when it cannot go on. */
  readonly stopped: Promise<void>;
  /** Lets running trials finish within the bound, hands back the others, and resolves when done. */
  stop(): Promise<void>;
}

/** SIGTERM drains within this: longer than a batch of short trials; a longer trial is handed back and measured elsewhere. */
const SHUTDOWN_GRACE_MS = 5_000;
const SHUTDOWN_FORCE_MS = 10_000;

/** Cancellation arrives with a heartbeat, so heartbeats must not wait for one another. */
const HEARTBEAT_THROTTLE_MS = 200;

/**
 * Serves every session of the environment and mode, or, with `sessionId`, trials of that session alone (and, since
 * someone must, the orchestration of any).
 */
export async function startWorker(options: WorkerOptions): Promise<RunningWorker> {
  const { env, mode, workerId, sessionId, concurrency, codecKeys } = options;
  const [connection, codePath] = await Promise.all([
    // The client's and the worker's settings differ in the types of optional fields only.
    NativeConnection.connect(options.server.connection as NativeConnectionOptions),
    workflowBundle({ encodesFailures: codecKeys.length > 0 }),
  ]);
  const leaving = new AbortController();
  const common: Omit<TemporalWorkerOptions, 'taskQueue'> = {
    connection,
    namespace: options.server.namespace,
    identity: workerIdentity({ workerId, host: hostname(), pid: process.pid, slots: concurrency }),
    activities: { ...createActivities({ ...options, leaving: leaving.signal }) },
    dataConverter: dataConverter(codecKeys, options.onUnreadable),
    ...(options.version ? { workerDeploymentOptions: workerDeploymentOptions(options.version) } : {}),
    // One more than is measured at once, so that writing results never waits for measuring.
    maxConcurrentActivityTaskExecutions: concurrency + 1,
    maxHeartbeatThrottleInterval: HEARTBEAT_THROTTLE_MS,
    defaultHeartbeatThrottleInterval: HEARTBEAT_THROTTLE_MS,
    shutdownGraceTime: SHUTDOWN_GRACE_MS,
    shutdownForceTime: SHUTDOWN_FORCE_MS,
  };
  const shared = await withWorkflowThreadLimits(() =>
    Worker.create({
      ...common,
      taskQueue: taskQueueOf(options),
      stickyQueueScheduleToStartTimeout: STICKY_TIMEOUT_MS,
      workflowBundle: { codePath },
      enableNonLocalActivities: sessionId === undefined,
    }),
  );
  const workers = [shared];
  if (sessionId !== undefined) {
    workers.push(await Worker.create({ ...common, taskQueue: sessionQueueOf({ env, mode, sessionId }) }));
  }
  const stop = () => {
    leaving.abort(workerLeaves());
    for (const worker of workers) if (worker.getState() === 'RUNNING') worker.shutdown();
  };
  const stopped = Promise.all(
    workers.map((worker) =>
      worker.run().catch((error: unknown) => {
        stop();
        throw error;
      }),
    ),
  )
    .then(() => {})
    .finally(() => connection.close());
  return {
    stopped,
    isPolling: () => workers.every((worker) => worker.getState() === 'RUNNING'),
    connection,
    async stop() {
      stop();
      await stopped;
    },
  };
}
