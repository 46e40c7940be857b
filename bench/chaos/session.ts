import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { loadConfig } from '../../src/config/load-config.ts';
import { ArbtuneError } from '../../src/errors.ts';
import { randomStream } from '../../src/search-space/random-stream.ts';
import { slowConfig } from '../../tests/system/support/configs.ts';
import { gather } from './evidence.ts';
import type { Evidence } from './judge.ts';
import type { Machine } from './machine.ts';
import type { Optimizer, PlannedFault, PlannedSession } from './schedule.ts';
import { SKEWED } from './workers.ts';

/** One session on a machine, with the faults of its plan, seen to its end. */

export interface Injection extends PlannedFault {
  /** Milliseconds from where it is mended (or from itself) to the next finished trial; undefined: all were. */
  readonly goesOnAfterMs: number | undefined;
  /** The longest time without a finished trial from the fault on, milliseconds. */
  readonly standstillMs: number;
}

export interface SessionRun {
  readonly sessionId: string;
  /** `completed`, or what was the matter. */
  readonly ended: string;
  readonly injections: readonly Injection[];
  readonly evidence: Evidence;
  readonly csv: string;
}

/** Quotes of a venue a second; where trials wait for one another, so many that they are worth spreading over workers. */
const QUOTES_PER_SECOND: Readonly<Record<Optimizer, number>> = { bayesian: 500, random: 200 };
const IN_FLIGHT = 4;
const LOOK_EVERY_MS = 50;
/** A session that has not ended so long after its last fault does not. */
const END_LIMIT_MS = 300_000;

interface Moment {
  readonly planned: PlannedFault;
  readonly at: number;
  /** From here the time to go on counts. */
  readonly from: number;
}

export async function runSession(
  machine: Machine,
  plan: PlannedSession,
  { seed, log }: { readonly seed: number; readonly log: (line: string) => void },
): Promise<SessionRun> {
  const { client, folder, workers } = machine;
  const sessionId = `${plan.faults.length > 0 ? 's' : 'undisturbed'}-${plan.index}-${plan.optimizer}`;
  const csv = join(folder, `${sessionId}.csv`);
  const tuning = { method: plan.optimizer, parallelism: IN_FLIGHT };
  const config = slowConfig(folder, tuning, QUOTES_PER_SECOND[plan.optimizer]);
  const { spec } = await loadConfig(config, { iterations: plan.trials });
  await client.start(spec, { sessionId, csvPath: csv });
  const moments: Moment[] = [];
  for (const [i, planned] of plan.faults.entries()) {
    const { fault, afterTrials, lastsMs } = planned;
    const finished = await progress(machine, sessionId, afterTrials);
    if (finished === undefined) {
      log(`${sessionId}: over before ${fault.name} could strike after trial ${afterTrials}`);
      continue;
    }
    const lasting = lastsMs > 0 ? ` for ${lastsMs} ms` : '';
    log(`${sessionId}: ${fault.name}${lasting} after ${finished} trials (wanted ${afterTrials})`);
    const at = Date.now();
    const heal = await fault.inject(machine, randomStream(seed, plan.index, `${i} ${fault.name}`), sessionId);
    await delay(lastsMs);
    await heal();
    const counts = fault.lasts !== undefined && fault.isBypassed === undefined;
    moments.push({ planned, at, from: counts ? Date.now() : at });
  }
  const ended = await end(machine, sessionId);
  await workers.settled();
  const evidence = await gather(machine, sessionId, csv);
  const times = finishTimes(evidence);
  const injections = moments.map(({ planned, at, from }) => {
    const next = times.find((time) => time > from);
    return {
      ...planned,
      goesOnAfterMs: next === undefined ? undefined : next - from,
      standstillMs: longestGap([at, ...times.filter((time) => time > at)]),
    };
  });
  return { sessionId, ended, injections, evidence, csv };
}

/** The session that nothing disturbs. */
export function undisturbed(machine: Machine, optimizer: Optimizer, trials: number): Promise<SessionRun> {
  return runSession(machine, { index: trials, optimizer, trials, faults: [] }, { seed: 0, log: () => {} });
}

/** Waits until so many trials have finished; undefined when the session is over first. */
async function progress({ client }: Machine, sessionId: string, trials: number): Promise<number | undefined> {
  for (;;) {
    const status = await client.status(sessionId).catch(() => undefined);
    const finished = status?.completed ?? 0;
    if (status && status.status !== 'running') return undefined;
    if (status && finished >= trials) return finished;
    await delay(LOOK_EVERY_MS);
  }
}

async function end({ client }: Machine, sessionId: string): Promise<string> {
  const signal = AbortSignal.timeout(END_LIMIT_MS);
  for (;;) {
    try {
      return (await client.wait(sessionId, signal)).status;
    } catch (error) {
      if (signal.aborted) return `still running after ${END_LIMIT_MS / 1000} s`;
      if (!(error instanceof ArbtuneError && error.kind === 'unreachable')) return String(error);
      await delay(LOOK_EVERY_MS);
    }
  }
}

/** When trials finished, as far as the clock that says so is right, milliseconds since the epoch, ascending. */
function finishTimes({ store }: Evidence): number[] {
  return store
    .filter(({ worker_id }) => !String(worker_id).startsWith(SKEWED))
    .map(({ timestamp }) => Date.parse(String(timestamp)))
    .sort((a, b) => a - b);
}

function longestGap(times: readonly number[]): number {
  return Math.max(0, ...times.slice(1).map((time, i) => time - (times[i] as number)));
}
