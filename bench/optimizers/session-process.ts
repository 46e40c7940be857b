import type { OptimizerSettings } from '../../src/optimizers/optimizer.ts';
import { type AskTell, type SessionSetup, startOurs } from './ask-tell.ts';
import { type PeerProcess, spawnPeer } from './peers/peer-process.ts';
import { isPeer, type PeerName } from './peers/peers.ts';
import type { RunKey, RunResult } from './raw-results.ts';
import { runSession } from './run-session.ts';
import { findTask, type Task } from './task.ts';

/** A process of the bench: runs one session for each message, answers with its result. One at a time, so its CPU time is the session's. */

export interface SessionRequest {
  readonly key: RunKey;
  /** Of ours; a peer runs with its defaults. */
  readonly settings: Omit<OptimizerSettings, 'seed'>;
}

export type SessionAnswer = { readonly result: RunResult } | { readonly error: string };

const peers = new Map<PeerName, PeerProcess>();
const tasks = new Map<string, Task>();

async function taskOf(name: string): Promise<Task> {
  const task = tasks.get(name) ?? (await findTask(name));
  tasks.set(name, task);
  return task;
}

function start(key: RunKey, setup: SessionSetup, settings: SessionRequest['settings']): Promise<AskTell> {
  if (!isPeer(key.peer)) return Promise.resolve(startOurs(setup, settings));
  const running = peers.get(key.peer) ?? spawnPeer(key.peer);
  peers.set(key.peer, running);
  return running.start(setup);
}

async function answer({ key, settings }: SessionRequest): Promise<SessionAnswer> {
  try {
    const { seed, budget, batch } = key;
    const task = await taskOf(key.problem);
    const optimizer = await start(key, { space: task.space, seed, budget, batch }, settings);
    const result = await runSession(key, optimizer, (params, trial) => task.measure(params, seed, trial));
    return { result };
  } catch (error) {
    return { error: String(error) };
  }
}

process.on('message', async (request: SessionRequest) => process.send!(await answer(request)));
process.on('disconnect', () => {
  for (const peer of peers.values()) peer.close();
});
