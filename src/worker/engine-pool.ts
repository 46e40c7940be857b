import { fileURLToPath } from 'node:url';
import { Piscina } from 'piscina';
import type { TrialEvaluator, TrialOutcome, TrialRequest } from '../activities/trial-evaluator.ts';
import type { SessionSpec } from '../config/session-spec.ts';
import { ArbtuneError } from '../errors.ts';
import { errorCode } from '../foreign-errors.ts';
import { findData, otherData } from '../market-data/find-data.ts';
import { sessionDataHash } from '../market-data/hash.ts';
import { type DataLocation, loadMarketData } from '../market-data/load.ts';
import type { EdgeIndex } from '../paper-engine/edge-index.ts';
import { DEFAULT_ENGINE_SETTINGS } from '../paper-engine/settings.ts';
import type { Chunk, SessionData } from './engine-thread.ts';
import { engineThreadLimits } from './v8-flags.ts';

/**
 * The paper engine over a pool of threads: a session's data is loaded once per process, lies in shared memory, and
 * trials travel in chunks, since most are far shorter than a message between threads.
 */

export interface EnginePoolOptions {
  /** Threads that measure, >= 1. */
  readonly threads: number;
  readonly location: DataLocation;
  /** The module that the threads run, with the functions of engine-thread.ts; default that one. */
  readonly engine?: string;
  /** Heap of a thread, the market data aside; default `THREAD_HEAP_MB`. */
  readonly threadHeapMb?: number;
}

/** A trial needs a few megabytes whatever its data: a thread that has come to this leaks, and is ended. */
const THREAD_HEAP_MB = 512;
/** What filled a thread's memory may have been earlier trials: the one it ran out on is tried so often in all. */
const MEMORY_TRIES = 3;

/** A chunk is sized to take this long: short enough to stop soon, long enough that messages do not matter. */
const CHUNK_MS = 50;
/** The first chunk of a session, before anything is known of its trials. */
const FIRST_CHUNK = 8;
const MOST_PER_CHUNK = 4_096;
/** Sessions whose data is kept loaded. */
const KEPT_SESSIONS = 4;
/** Rows from which a data set gets an index; below, a scan takes microseconds. */
const INDEXED_ROWS = 4_096;
/** How often a running chunk is looked at, as a share of the trial's time limit, and at most, milliseconds. */
const WATCH_SHARE = 4;
const WATCH_AT_MOST_MS = 250;

interface Loaded {
  readonly data: SessionData;
  /** Milliseconds a trial, a running mean; undefined before the first chunk. */
  perTrialMs: number | undefined;
}

export function createEnginePool(options: EnginePoolOptions): TrialEvaluator {
  const { threads, location, threadHeapMb = THREAD_HEAP_MB } = options;
  if (!(Number.isInteger(threads) && threads >= 1)) {
    throw new ArbtuneError('input', `Expected \`threads\` to be an integer >= 1, got ${threads}`);
  }
  const pool = new Piscina({
    filename: options.engine ?? fileURLToPath(new URL('engine-thread.ts', import.meta.url)),
    name: 'measureChunk',
    minThreads: threads,
    maxThreads: threads,
    resourceLimits: { ...engineThreadLimits(), maxOldGenerationSizeMb: threadHeapMb },
  });
  // The thread's task tells of its end too; without a listener this would end the process.
  pool.on('error', () => {});
  const sessions = new Map<string, Promise<Loaded>>();

  function loadOnce(spec: SessionSpec, dataRoot: string | undefined): Promise<Loaded> {
    const key = `${spec.specHash}/${spec.dataHash}`;
    const kept = sessions.get(key);
    if (kept !== undefined) return kept;
    const roots = [location.root, ...(dataRoot === undefined ? [] : [dataRoot])];
    const loading = loadSession(pool, spec, key, roots, location.cacheDir);
    sessions.set(key, loading);
    loading.catch(() => sessions.delete(key));
    const [oldest] = sessions.keys();
    if (sessions.size > KEPT_SESSIONS && oldest !== undefined) sessions.delete(oldest);
    return loading;
  }

  return {
    async evaluate(spec, trials, { signal, onOutcome, dataRoot }) {
      signal.throwIfAborted();
      const session = await loadOnce(spec, dataRoot);
      const queue = [...trials];
      const limits = { trialMs: spec.limits.trialTimeoutMs, heapMb: threadHeapMb, ranOut: new Map() };
      const failure = new AbortController();
      const ended = AbortSignal.any([signal, failure.signal]);
      const lane = async (): Promise<void> => {
        for (;;) {
          ended.throwIfAborted();
          // Where memory runs out, what a thread has measured is lost with it: then each trial is handed in by itself.
          const size = limits.ranOut.size > 0 ? 1 : chunkSize(session, queue.length, threads);
          const chunk = queue.splice(0, size);
          if (chunk.length === 0) return;
          const startedAt = performance.now();
          const { outcomes, unmeasured } = await measureWatched(pool, session.data, chunk, limits, ended);
          outcomes.forEach(onOutcome);
          queue.unshift(...unmeasured);
          if (unmeasured.length > 0) continue;
          const took = (performance.now() - startedAt) / chunk.length;
          session.perTrialMs = session.perTrialMs === undefined ? took : (session.perTrialMs + took) / 2;
        }
      };
      const lanes = Array.from({ length: Math.min(threads, trials.length) }, lane);
      // A lane that fails ends the others, so that nothing is reported after the rejection.
      await Promise.all(lanes.map((one) => one.catch((error) => Promise.reject(abandon(failure, error)))));
    },
    close: () => pool.destroy(),
  };
}

function abandon(failure: AbortController, error: unknown): unknown {
  failure.abort(error);
  return error;
}

async function loadSession(
  pool: Piscina,
  spec: SessionSpec,
  key: string,
  roots: readonly string[],
  cacheDir: string,
): Promise<Loaded> {
  const location = await findData(spec, roots, cacheDir);
  const markets = await Promise.all(spec.scenarios.map((scenario) => loadMarketData(scenario, location)));
  const found = sessionDataHash(markets.map(({ hash }) => hash));
  // A file may have become another one since it was found.
  if (found !== spec.dataHash) throw otherData(spec, found, location.root);
  const settings = spec.engine ?? DEFAULT_ENGINE_SETTINGS;
  const sets = await Promise.all(
    spec.scenarios.map(async ({ name, risk_profile }, i) => {
      const market = markets[i]!;
      const set = { scenario: name, market, profile: risk_profile };
      if (market.rows < INDEXED_ROWS) return set;
      const index: EdgeIndex = await pool.run({ market, settings }, { name: 'indexMarket' });
      return { ...set, index };
    }),
  );
  return {
    data: {
      ...{ key, sets, settings, objective: spec.objective, fixed: spec.fixed },
      ...(spec.pruner ? { pruner: spec.pruner } : {}),
    },
    perTrialMs: undefined,
  };
}

/** Trials of the next chunk: about `CHUNK_MS` worth, and no more than a fair share of what is left. */
function chunkSize({ perTrialMs }: Loaded, left: number, threads: number): number {
  const byTime = perTrialMs === undefined ? FIRST_CHUNK : Math.floor(CHUNK_MS / Math.max(perTrialMs, 1e-3));
  return Math.max(1, Math.min(byTime, Math.ceil(left / threads), MOST_PER_CHUNK));
}

interface Measured {
  readonly outcomes: readonly TrialOutcome[];
  /** Trials whose results went with a thread that was ended; to be measured again. */
  readonly unmeasured: readonly TrialRequest[];
}

interface Limits {
  readonly trialMs: number;
  readonly heapMb: number;
  /** How often a thread ran out of memory on a trial, by its iteration. */
  readonly ranOut: Map<number, number>;
}

/**
 * Measures a chunk of trials. A thread that runs out of memory, or is ended because a trial takes too long, takes that
 * trial with it: the others are measured again.
 */
async function measureWatched(
  pool: Piscina,
  session: SessionData,
  trials: readonly TrialRequest[],
  limits: Limits,
  signal: AbortSignal,
): Promise<Measured> {
  const { trialMs } = limits;
  const progress = new Int32Array(new SharedArrayBuffer(Int32Array.BYTES_PER_ELEMENT));
  const hang = new AbortController();
  const everyMs = Math.max(1, Math.min(WATCH_AT_MOST_MS, trialMs / WATCH_SHARE));
  let current = 0;
  let since = performance.now();
  let lookedAt = since;
  let ranMs = 0;
  const watch = setInterval(() => {
    const now = Atomics.load(progress, 0);
    const at = performance.now();
    // A look that comes late means a process that stood still: its trial is not to blame for that.
    ranMs += Math.min(at - lookedAt, 2 * everyMs);
    lookedAt = at;
    if (now !== current) {
      current = now;
      since = at;
      ranMs = 0;
    } else if (current > 0 && ranMs > trialMs) {
      hang.abort();
    }
  }, everyMs);
  try {
    const chunk: Chunk = { session, trials, progress };
    const outcomes: TrialOutcome[] = await pool.run(chunk, {
      signal: AbortSignal.any([signal, hang.signal]),
    });
    return { outcomes, unmeasured: [] };
  } catch (error) {
    signal.throwIfAborted();
    const at = Atomics.load(progress, 0);
    if (at === 0 || !(hang.signal.aborted || isOutOfMemory(error))) throw error;
    const culprit = trials[at - 1]!;
    const others = trials.filter((trial) => trial !== culprit);
    if (!hang.signal.aborted) {
      const times = (limits.ranOut.get(culprit.iteration) ?? 0) + 1;
      limits.ranOut.set(culprit.iteration, times);
      if (times < MEMORY_TRIES) return { outcomes: [], unmeasured: [culprit, ...others] };
    }
    const failed: TrialOutcome = {
      status: 'failed',
      iteration: culprit.iteration,
      error: hang.signal.aborted
        ? `The trial took longer than ${trialMs} ms`
        : `The engine ran out of memory (${limits.heapMb} MB a thread)`,
      durationMs: performance.now() - since,
    };
    return { outcomes: [failed], unmeasured: others };
  } finally {
    clearInterval(watch);
  }
}

function isOutOfMemory(error: unknown): boolean {
  return errorCode(error) === 'ERR_WORKER_OUT_OF_MEMORY';
}
