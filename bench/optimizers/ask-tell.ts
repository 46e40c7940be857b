import { ask } from '../../src/optimizers/ask.ts';
import type { FinishedTrial, OptimizerSettings, PendingTrial } from '../../src/optimizers/optimizer.ts';
import type { Params, SearchSpace } from '../../src/search-space/space.ts';

/** The one face that ours and the peers show to the bench. */

export interface SessionSetup {
  readonly space: SearchSpace;
  readonly seed: number;
  readonly budget: number;
  readonly batch: number;
  /** Default 1. */
  readonly objectives?: number;
}

export interface AskTell {
  /** The next trial, with the CPU time it took to think of it; undefined when the space is used up. */
  ask(): Promise<{ readonly params: Params; readonly cpuMs: number } | undefined>;
  /** Tells the loss, or one per objective, of the trial asked as number `trial`, from 0. */
  tell(trial: number, loss: number | readonly number[]): Promise<void>;
}

/** Our optimizer: what was asked and not yet told is pending. */
export function startOurs(setup: SessionSetup, settings: Omit<OptimizerSettings, 'seed'>): AskTell {
  const finished: FinishedTrial[] = [];
  const pending = new Map<number, PendingTrial>();
  return {
    async ask() {
      const iteration = finished.length + pending.size + 1;
      const input = {
        space: setup.space,
        settings: { ...settings, seed: setup.seed },
        iteration,
        finished: [...finished],
        pending: [...pending.values()],
      };
      const before = process.cpuUsage();
      const proposal = ask(input);
      const { user, system } = process.cpuUsage(before);
      if (proposal.kind === 'exhausted') return undefined;
      pending.set(iteration, { iteration, params: proposal.params });
      return { params: proposal.params, cpuMs: (user + system) / 1000 };
    },
    async tell(trial, loss) {
      const told = pending.get(trial + 1);
      if (!told) throw new Error(`Expected trial ${trial} to be pending`);
      pending.delete(trial + 1);
      finished.push({ ...told, losses: typeof loss === 'number' ? [loss] : loss, violation: 0 });
    },
  };
}
