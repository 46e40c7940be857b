import { loadavg } from 'node:os';
import { ask } from '../../src/optimizers/ask.ts';
import type { FinishedTrial, OptimizerSettings, PendingTrial } from '../../src/optimizers/optimizer.ts';
import { observe } from './problems/randomness.ts';
import { findProblem } from './problems/sets.ts';
import type { RunKey, RunResult } from './raw-results.ts';

/** One session of our optimizer on one problem. Every ask sees all that was told, and its batch's earlier asks as pending. */
export async function runSession(key: RunKey, settings: Omit<OptimizerSettings, 'seed'>): Promise<RunResult> {
  const problem = findProblem(key.problem);
  const finished: FinishedTrial[] = [];
  const values: number[] = [];
  const askCpuMs: number[] = [];
  let exhausted = false;
  while (values.length < key.budget && !exhausted) {
    const pending: PendingTrial[] = [];
    while (pending.length < key.batch && !exhausted) {
      const iteration = finished.length + pending.length + 1;
      const before = process.cpuUsage();
      const proposal = await ask({
        space: problem.space,
        settings: { ...settings, seed: key.seed },
        iteration,
        finished: [...finished],
        pending: [...pending],
      });
      const { user, system } = process.cpuUsage(before);
      askCpuMs.push((user + system) / 1000);
      if (proposal.kind === 'trial') pending.push({ iteration, params: proposal.params });
      else exhausted = true;
    }
    for (const trial of pending) {
      const value = problem.f(trial.params);
      const told = observe(problem, value, key.seed, values.length);
      values.push(value);
      finished.push({ ...trial, losses: [told], violation: 0 });
    }
  }
  return {
    ...key,
    values,
    observed: problem.sigma > 0 ? finished.map((trial) => trial.losses![0]!) : null,
    askCpuMs,
    load: loadavg()[0]!,
  };
}
