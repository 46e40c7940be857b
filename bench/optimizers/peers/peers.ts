import { homedir } from 'node:os';
import { join } from 'node:path';

/** The peers that ours is measured against: which Python environment each needs and how long it may take. */

interface Peer {
  readonly environment: 'optuna-nevergrad' | 'hebo';
  /** Seeds of the slow ones are fewer. */
  readonly seeds: number;
  /** Longest budget it is run for: HEBO takes seconds an ask. */
  readonly budget: number;
  /** Proposes differently when it is told of another budget, so a longer run says nothing of a shorter one. */
  readonly plansForBudget: boolean;
  /** Batches it can be asked for. */
  readonly batches: 'any' | 'one';
}

const QUICK = {
  environment: 'optuna-nevergrad',
  seeds: 40,
  budget: 1000,
  plansForBudget: false,
  batches: 'any',
} as const;

export const PEERS = {
  tpe: QUICK,
  gp: { ...QUICK, seeds: 5 },
  cmaes: QUICK,
  ngopt: { ...QUICK, plansForBudget: true },
  hebo: { environment: 'hebo', seeds: 3, budget: 50, plansForBudget: false, batches: 'one' },
  random: QUICK,
} as const satisfies Record<string, Peer>;

export type PeerName = keyof typeof PEERS;
export const PEER_NAMES = Object.keys(PEERS) as PeerName[];
export const peerOf = (name: PeerName): Peer => PEERS[name];
export const isPeer = (name: string): name is PeerName => Object.hasOwn(PEERS, name);

/** Of several objectives: samplers of Optuna's, in the environment of the others. */
export const PARETO_PEERS = ['random', 'tpe', 'nsga2', 'gp'] as const;
export type ParetoPeer = (typeof PARETO_PEERS)[number];

/** Kept in the user's cache: several gigabytes that outlive a build folder. */
export function environmentFolder(environment: Peer['environment']): string {
  const cache = process.env.XDG_CACHE_HOME ?? join(homedir(), '.cache');
  return join(cache, 'arbtune', 'optimizer-peers', environment);
}

export const pythonOf = (name: PeerName | ParetoPeer): string =>
  join(environmentFolder(isPeer(name) ? peerOf(name).environment : QUICK.environment), 'bin', 'python');
