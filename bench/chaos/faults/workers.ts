import { type Fault, nothing, whilePaused } from '../fault.ts';
import { STACKS } from '../machine.ts';
import { READY_WITHIN_MS } from '../workers.ts';

/** What can happen to workers and clients. */

const HOUR_MS = 3_600_000;

export const workerFaults: readonly Fault[] = [
  {
    name: 'worker-killed',
    what: 'one worker killed (SIGKILL), a new one started',
    stacks: STACKS,
    async inject({ workers }, random) {
      await workers.end(workers.pick(random));
      workers.replace();
      return nothing;
    },
  },
  {
    name: 'worker-ended',
    what: 'one worker told to end (SIGTERM), a new one started',
    stacks: STACKS,
    async inject({ workers }, random) {
      await workers.end(workers.pick(random), 'SIGTERM');
      workers.replace();
      return nothing;
    },
  },
  {
    name: 'workers-killed',
    what: 'all workers killed at once, none for a while, then new ones',
    stacks: STACKS,
    lasts: [1_000, 5_000],
    async inject({ workers }) {
      await workers.settled();
      const count = workers.ids.length;
      await workers.endAll();
      return () => workers.add(count);
    },
  },
  {
    name: 'worker-stopped',
    what: 'one worker stopped (SIGSTOP) beyond its heartbeat, then woken (SIGCONT)',
    stacks: STACKS,
    lasts: [6_000, 9_000],
    isBypassed: true,
    async inject({ workers }, random) {
      await workers.settled();
      const id = workers.pick(random);
      workers.signal(id, 'SIGSTOP');
      return async () => workers.signal(id, 'SIGCONT');
    },
  },
  {
    name: 'worker-dies-after-commit',
    what: 'a worker killed between a commit to the store and its word of it, while no other runs',
    stacks: STACKS,
    lasts: [0, 0],
    async inject({ workers }) {
      await workers.settled();
      const count = workers.ids.length;
      await workers.endAll();
      const doomed = await workers.addDoomed();
      await doomed.exited;
      return () => workers.add(count);
    },
  },
  {
    name: 'clock-skewed',
    what: 'a worker whose clock is an hour off joins for a while',
    stacks: STACKS,
    lasts: [2_000, 4_000],
    isBypassed: true,
    async inject(machine, random, sessionId) {
      const { workers } = machine;
      const id = await whilePaused(machine, sessionId, () =>
        workers.addSkewed(random() < 0.5 ? HOUR_MS : -HOUR_MS),
      );
      return () => workers.end(id, 'SIGTERM');
    },
  },
  {
    name: 'client-killed',
    what: 'a client that serves and follows the session (`resume`) killed',
    stacks: STACKS,
    async inject(machine, _random, sessionId) {
      const resume = machine.workers.command(['resume', sessionId, '--worker-id', 'client']);
      await whilePaused(machine, sessionId, () => resume.waitFor(/session \S+ joined/, READY_WITHIN_MS));
      await resume.kill();
      return nothing;
    },
  },
];
