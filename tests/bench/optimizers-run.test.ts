import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { beforeEach, describe, expect, it } from 'vitest';
import type { AskTell } from '../../bench/optimizers/ask-tell.ts';
import { startOurs } from '../../bench/optimizers/ask-tell.ts';
import { findProblem } from '../../bench/optimizers/problems/sets.ts';
import { readResults } from '../../bench/optimizers/raw-results.ts';
import { runSession } from '../../bench/optimizers/run-session.ts';
import { temporaryFolder } from '../support/environment.ts';

const run = promisify(execFile);
const BENCH = join(import.meta.dirname, '../../bench/optimizers/main.ts');

let folder: string;
beforeEach(() => {
  folder = temporaryFolder();
});

describe('a run of the bench', () => {
  const bench = (...args: string[]) =>
    run(process.execPath, [BENCH, '--results', folder, '--label', 'ours', '--peers', 'none', ...args]);
  const random = ['--method', 'random', '--problems', 'branin2,cond9', '--budget', '6', '--batch', '4'];

  it('goes on where it was and prints the same table', async () => {
    await bench(...random, '--seeds', '1');
    const [first] = readResults(join(folder, 'ours'));
    const { stdout } = await bench(...random, '--seeds', '2');
    const results = readResults(join(folder, 'ours'));
    expect(results.filter(({ seed }) => seed === 0)).toHaveLength(2);
    expect(results.filter(({ seed }) => seed === 1)).toHaveLength(2);
    expect(results).toContainEqual(first);
    expect(stdout).toContain('branin2');
    expect((await bench(...random, '--seeds', '2')).stdout).toBe(stdout);
  });

  it('says what an option should have been', async () => {
    await expect(bench('--budget', '0')).rejects.toThrow('Expected --budget to be an integer >= 1, got 0');
    await expect(bench('--set', 'heldout', '--problems', 'branin2')).rejects.toThrow('Expected --problems');
  });
});

describe('a session of the bench', () => {
  const key = { peer: 'x', problem: 'branin2', seed: 0, budget: 6, batch: 4 };

  it('asks a whole batch before it tells any of it, and no more than its budget fills', async () => {
    const calls: string[] = [];
    const optimizer: AskTell = {
      ask: async () => {
        calls.push('ask');
        return { params: {}, cpuMs: 1 };
      },
      tell: async (trial, loss) => void calls.push(`tell ${trial} ${loss}`),
    };
    const result = await runSession(key, optimizer, (_, trial) => ({ value: trial, told: trial + 10 }));
    const batch = (from: number, size: number) => [
      ...Array.from({ length: size }, () => 'ask'),
      ...Array.from({ length: size }, (_, i) => `tell ${from + i} ${from + i + 10}`),
    ];
    expect(calls).toEqual([...batch(0, 4), ...batch(4, 2)]);
    expect(result).toMatchObject({ values: [0, 1, 2, 3, 4, 5], observed: [10, 11, 12, 13, 14, 15] });
    expect(result.askCpuMs).toHaveLength(6);
  });

  it('proposes the same trials on repeat', async () => {
    const { space, f } = findProblem('mixed8');
    const session = () => {
      const setup = { space, seed: 3, budget: 12, batch: 4 };
      const ours = startOurs(setup, { method: 'bayesian', sampler: 'sobol', gridPoints: 3 });
      return runSession({ ...key, ...setup }, ours, (params) => ({ value: f(params), told: f(params) }));
    };
    const [first, second] = [await session(), await session()];
    expect(first.values).toHaveLength(12);
    expect(second.values).toEqual(first.values);
  });
});
