import { join } from 'node:path';
import { slowConfig } from './configs.ts';
import { figures, type Row } from './figures.ts';
import { sandbox } from './sandbox.ts';

/** What a session of slow trials finds when nothing disturbs it, one process from start to end. Run once a file. */

const known = new Map<string, Promise<Row[]>>();

export async function undisturbed(trials: number, perSecond?: number): Promise<Row[]> {
  const key = `${trials} ${perSecond}`;
  const found = known.get(key) ?? measure(trials, perSecond);
  known.set(key, found);
  return await found;
}

async function measure(trials: number, perSecond?: number): Promise<Row[]> {
  const machine = sandbox();
  const csv = join(machine.folder, 'reference.csv');
  const config = slowConfig(machine.folder, {}, perSecond);
  const flags = ['--iterations', String(trials), '--output-csv', csv];
  const run = await machine.run(['run', '--config', config, ...flags]);
  if (run.code !== 0) throw new Error(`The undisturbed session ended with ${run.code}\n${run.stderr}`);
  return figures(csv);
}
