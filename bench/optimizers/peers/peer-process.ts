import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import type { Params } from '../../../src/search-space/space.ts';
import type { AskTell, SessionSetup } from '../ask-tell.ts';
import { type ParetoPeer, type PeerName, pythonOf } from './peers.ts';

/** A peer's Python process, spoken to in JSON lines; one serves many sessions, one after the other. */

interface Answer {
  readonly params?: Params;
  readonly cpuMs?: number;
  readonly error?: string;
}

export interface PeerProcess {
  start(setup: SessionSetup): Promise<AskTell>;
  close(): void;
}

export function spawnPeer(peer: PeerName | ParetoPeer): PeerProcess {
  const script = join(import.meta.dirname, 'serve.py');
  const env = { ...process.env, OMP_NUM_THREADS: '1', PYTHONDONTWRITEBYTECODE: '1' };
  const child = spawn(pythonOf(peer), [script], { env, stdio: ['pipe', 'pipe', 'inherit'] });
  const lines = createInterface({ input: child.stdout })[Symbol.asyncIterator]();
  const failed = once(child, 'error').then(([error]) => Promise.reject(error));
  failed.catch(() => undefined);

  async function request(message: object): Promise<Answer> {
    child.stdin.write(`${JSON.stringify(message)}\n`);
    const { value, done } = await Promise.race([lines.next(), failed]);
    if (done) throw new Error(`The process of peer ${peer} ended`);
    const answer: Answer = JSON.parse(value);
    if (answer.error !== undefined) throw new Error(`Peer ${peer}: ${answer.error}`);
    return answer;
  }

  return {
    async start(setup) {
      await request({ op: 'start', peer, ...setup });
      return {
        async ask() {
          const { params, cpuMs } = await request({ op: 'ask' });
          return { params: params!, cpuMs: cpuMs! };
        },
        async tell(trial, loss) {
          await request({ op: 'tell', trial, loss });
        },
      };
    },
    close: () => void child.kill(),
  };
}
