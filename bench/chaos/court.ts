import type { Fault } from './fault.ts';
import { isSound, judge, type Verdict } from './judge.ts';
import { type Machine, type StackKind, startMachine } from './machine.ts';
import type { ChaosOptions } from './options.ts';
import type { Optimizer, PlannedSession } from './schedule.ts';
import { runSession, type SessionRun, undisturbed } from './session.ts';

/** A machine on which sessions are run and judged, one after the other. */

export interface JudgedSession {
  readonly run: SessionRun;
  readonly verdict: Verdict;
  readonly isSound: boolean;
}

export interface Court {
  readonly machine: Machine;
  judge(plan: PlannedSession): Promise<JudgedSession>;
}

/** Brings a machine up, lets `work` have sessions judged on it, and takes it down. */
export async function onMachine(
  kind: StackKind,
  { seed, workers }: Pick<ChaosOptions, 'seed' | 'workers'>,
  log: (line: string) => void,
  work: (court: Court) => Promise<void>,
): Promise<void> {
  log(`seed ${seed}: a machine with the ${kind} stack and ${workers} workers`);
  const machine = await startMachine(kind, workers, seed);
  const references = new Map<string, Promise<SessionRun>>();
  const reference = (optimizer: Optimizer, trials: number) => {
    const key = `${optimizer} ${trials}`;
    const known = references.get(key) ?? undisturbed(machine, optimizer, trials);
    references.set(key, known);
    return known;
  };
  try {
    await work({
      machine,
      async judge(plan) {
        const right = await reference(plan.optimizer, plan.trials);
        if (right.ended !== 'completed') throw new Error(`The undisturbed session: ${right.ended}`);
        const run = await runSession(machine, plan, { seed, log });
        const verdict = judge(right.evidence, run.evidence);
        const leaks = machine.leaks([run.csv]);
        const sound = isSound(verdict) && run.ended === 'completed' && leaks.length === 0;
        log(
          `${run.sessionId}: ${run.ended}, ${tell(verdict)}${leaks.map((where) => `, a secret in ${where}`)}`,
        );
        return { run, verdict, isSound: sound };
      },
    });
  } finally {
    await machine.close();
  }
}

/** Of these faults, those that the machine can have; the others are told of. */
export function possible(machine: Machine, faults: readonly Fault[], log: (line: string) => void): Fault[] {
  return faults.filter((fault) => {
    const why = fault.impossible?.(machine);
    if (why !== undefined) log(`${fault.name} is left out: ${why}`);
    return why === undefined;
  });
}

export function tell({ lost, doubled, changed }: Verdict): string {
  const some = (name: string, trials: readonly number[]) =>
    `${trials.length} ${name}${trials.length > 0 ? ` (${trials.slice(0, 20).join(' ')})` : ''}`;
  return [some('lost', lost), some('doubled', doubled), some('changed', changed)].join(', ');
}
