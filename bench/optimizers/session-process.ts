import type { OptimizerSettings } from '../../src/optimizers/optimizer.ts';
import { type AskTell, type SessionSetup, startOurs } from './ask-tell.ts';
import { type PeerProcess, spawnPeer } from './peers/peer-process.ts';
import { isPeer, type PeerName } from './peers/peers.ts';
import { observe } from './problems/randomness.ts';
import { findProblem } from './problems/sets.ts';
import type { RunKey, RunResult } from './raw-results.ts';
import { runSession } from './run-session.ts';

/** A process of the bench: runs one session for each message, answers with its result. One at a time, so its CPU time is the session's. */

export interface SessionRequest {
  readonly key: RunKey;
  /** Of ours; a peer runs with its defaults. */
  readonly settings: Omit<OptimizerSettings, 'seed'>;
}

export type SessionAnswer = { readonly result: RunResult } | { readonly error: string };

const peers = new Map<PeerName, PeerProcess>();

function start(key: RunKey, setup: SessionSetup, settings: SessionRequest['settings']): Promise<AskTell> {
  if (!isPeer(key.peer)) return Promise.resolve(startOurs(setup, settings));
  const running = peers.get(key.peer) ?? spawnPeer(key.peer);
  peers.set(key.peer, running);
  return running.start(setup);
}

async function answer({ key, settings }: SessionRequest): Promise<SessionAnswer> {
  const problem = findProblem(key.problem);
  try {
    const { seed, budget, batch } = key;
    const optimizer = await start(key, { space: problem.space, seed, budget, batch }, settings);
    const result = await runSession(key, optimizer, (params, trial) => {
      const value = problem.f(params);
      return { value, told: observe(problem, value, seed, trial) };
    });
    return { result };
  } catch (error) {
    return { error: error instanceof Error ? (error.stack ?? error.message) : String(error) };
  }
}

process.on('message', async (request: SessionRequest) => process.send!(await answer(request)));
process.on('disconnect', () => {
  for (const peer of peers.values()) peer.close();
});
