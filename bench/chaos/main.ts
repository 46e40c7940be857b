import { loadavg } from 'node:os';
import { type Court, onMachine, possible } from './court.ts';
import type { Fault } from './fault.ts';
import { FAULTS, faultsOn } from './faults/registry.ts';
import type { StackKind } from './machine.ts';
import { type MatrixEntry, matrixTable } from './matrix.ts';
import { type ChaosOptions, readOptions, USAGE } from './options.ts';
import { planAny, planMany, planOne } from './schedule.ts';

/** `npm run chaos`: breaks what can break under real sessions and compares each with one that nothing disturbed. */

/** Faults of one session in a random run. */
const FAULTS_PER_SESSION = 2;

/** For a fault to strike at all; each attempt is a session of its own, with an index of its own. */
const MOST_ATTEMPTS = 3;
const SPARE_INDICES = 1_000;

const log = (line: string) => console.error(`${new Date().toISOString().slice(11, 23)} ${line}`);

const options = readOptions(process.argv.slice(2));
for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, () => process.exit(130));
if (options) process.exit((await run(options)) ? 0 : 1);
console.log(USAGE);

/** @returns whether nothing was lost, doubled or changed, and every session ended */
async function run(chaos: ChaosOptions): Promise<boolean> {
  const { task, stacks, seed, trials, workers } = chaos;
  const entries: MatrixEntry[] = [];
  let failed = 0;
  const started = performance.now();
  for (const stack of stacks) {
    const part = { random: breakAtRandom, matrix: breakEach, kills: killMany }[task];
    await part(stack, chaos, (entry) => {
      entries.push(entry);
      if (!entry.session.isSound) failed += 1;
    });
  }
  const load = loadavg()[0]?.toFixed(1);
  const minutes = ((performance.now() - started) / 60_000).toFixed(0);
  console.log(matrixTable(entries));
  console.log(
    `\nSeed ${seed}, stacks ${stacks.join(' and ')}, ${workers} workers, ${trials} trials a session; ` +
      `${minutes} minutes at a load average of ${load}; Node ${process.version}`,
  );
  console.log(
    failed === 0 ? 'Every session is as undisturbed.' : `${failed} sessions are NOT as undisturbed.`,
  );
  return failed === 0 && entries.length > 0;
}

type Note = (entry: MatrixEntry) => void;

function wanted(stack: StackKind, { faults }: ChaosOptions) {
  const unknown = faults?.find((name) => !FAULTS.some((fault) => fault.name === name));
  if (unknown !== undefined)
    throw new Error(`Expected --faults of ${FAULTS.map(({ name }) => name).join(', ')}, got ${unknown}`);
  return faultsOn(stack).filter(({ name }) => faults === undefined || faults.includes(name));
}

async function breakEach(stack: StackKind, chaos: ChaosOptions, note: Note): Promise<void> {
  await onMachine(stack, chaos, log, async ({ machine, judge }) => {
    const faults = possible(machine, wanted(stack, chaos), log);
    for (let round = 0; round < chaos.rounds; round += 1) {
      for (const [i, fault] of faults.entries()) {
        const index = round * faults.length + i;
        note({ fault, session: await struck(judge, chaos, index, fault) });
      }
    }
  });
}

/** A session that was over before its fault could strike shows nothing: then another, at another moment. */
async function struck(judge: Court['judge'], { seed, trials }: ChaosOptions, index: number, fault: Fault) {
  for (let attempt = 0; ; attempt += 1) {
    const session = await judge(planOne(seed, index + attempt * SPARE_INDICES, fault, trials));
    if (session.run.injections.length > 0 || attempt === MOST_ATTEMPTS) return session;
  }
}

async function breakAtRandom(stack: StackKind, chaos: ChaosOptions, note: Note): Promise<void> {
  const { seed, trials, minutes, stacks } = chaos;
  const until = performance.now() + (minutes * 60_000) / stacks.length;
  await onMachine(stack, chaos, log, async ({ machine, judge }) => {
    const faults = possible(machine, wanted(stack, chaos), log);
    for (let index = 0; performance.now() < until; index += 1) {
      const session = await judge(planAny(seed, index, faults, trials, FAULTS_PER_SESSION));
      for (const { fault } of session.run.injections) note({ fault, session });
    }
  });
}

async function killMany(stack: StackKind, chaos: ChaosOptions, note: Note): Promise<void> {
  const kill = FAULTS.find(({ name }) => name === 'worker-killed');
  if (!kill) throw new Error('No fault kills a worker');
  await onMachine(stack, chaos, log, async ({ judge }) => {
    note({ fault: kill, session: await judge(planMany(chaos.seed, kill, chaos.trials, chaos.kills)) });
  });
}
