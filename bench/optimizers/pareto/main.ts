import { loadavg } from 'node:os';
import { parseArgs } from 'node:util';
import { type AskTell, type SessionSetup, startOurs } from '../ask-tell.ts';
import { installPeers } from '../peers/install.ts';
import { spawnPeer } from '../peers/peer-process.ts';
import { PARETO_PEERS, type ParetoPeer } from '../peers/peers.ts';
import { median } from '../score.ts';
import { markdown } from '../table.ts';
import { hypervolume } from './hypervolume.ts';
import { PARETO_PROBLEMS, type ParetoProblem } from './problems.ts';

/** `npm run bench:pareto`: sessions of several objectives, bayesian beside Optuna's samplers, by the hypervolume of their fronts. */

const OURS = 'bayesian';
/** GPSampler takes a second an ask. */
const SLOW: Partial<Record<ParetoPeer, number>> = { gp: 3 };

const { values } = parseArgs({
  options: {
    seeds: { type: 'string', default: '20' },
    budget: { type: 'string', default: '60' },
    peers: { type: 'string', default: PARETO_PEERS.join(',') },
  },
});
const [seeds, budget] = [values.seeds, values.budget].map(Number) as [number, number];
const peers = PARETO_PEERS.filter((peer) => values.peers.split(',').includes(peer));

type Start = (setup: SessionSetup) => Promise<AskTell>;

/** The median over the seeds. */
async function measure({ space, f, reference }: ParetoProblem, start: Start, count: number): Promise<number> {
  const volumes: number[] = [];
  for (let seed = 0; seed < count; seed++) {
    const session = await start({ space, seed, budget, batch: 1, objectives: reference.length });
    const found: number[][] = [];
    for (let trial = 0; trial < budget; trial++) {
      const asked = await session.ask();
      if (!asked) break;
      found.push(f(asked.params));
      await session.tell(trial, found[trial]!);
    }
    volumes.push(hypervolume(found, reference));
  }
  return median(volumes);
}

installPeers(['tpe']);
const columns = new Map<string, number[]>();
async function column(name: string, start: Start, count: number): Promise<void> {
  const measured: number[] = [];
  for (const problem of PARETO_PROBLEMS) measured.push(await measure(problem, start, count));
  columns.set(`${name} (${count})`, measured);
}

await column(
  OURS,
  async (setup) => startOurs(setup, { method: OURS, sampler: 'sobol', gridPoints: 3 }),
  seeds,
);
for (const peer of peers) {
  const process_ = spawnPeer(peer);
  await column(peer, (setup) => process_.start(setup), Math.min(seeds, SLOW[peer] ?? seeds));
  process_.close();
}
console.log(`hypervolume after ${budget} trials, median (seeds); load average ${loadavg()[0]!.toFixed(1)}\n`);
console.log(
  markdown(
    ['problem', ...columns.keys()],
    PARETO_PROBLEMS.map(({ name }, i) => [
      name,
      ...[...columns.values()].map((measured) => measured[i]!.toPrecision(4)),
    ]),
  ),
);
