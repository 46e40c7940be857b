import type { Network } from '../../../tests/support/tcp-proxy.ts';
import type { Fault } from '../fault.ts';
import { STACKS } from '../machine.ts';

/** What can happen to the network between workers and services: to all of it at once. */

function bad(name: string, what: string, network: Network, [least, most]: readonly [number, number]): Fault {
  return {
    ...{ name, what, stacks: STACKS, lasts: [least, most] },
    async inject(machine) {
      for (const proxy of machine.network) proxy.become(network);
      return async () => {
        for (const proxy of machine.network) proxy.become({ kind: 'good' });
      };
    },
  };
}

export const networkFaults: readonly Fault[] = [
  bad('network-slow', 'every packet up to 300 ms late', { kind: 'slow', upToMs: 300 }, [4_000, 8_000]),
  bad(
    'network-lossy',
    'every tenth packet the last of its connection',
    { kind: 'lossy', chance: 0.1 },
    [4_000, 8_000],
  ),
  bad('network-stalled', 'nothing arrives until it is over', { kind: 'stalled' }, [4_000, 8_000]),
  bad(
    'network-half-open',
    'connections stand, and carry nothing ever again',
    { kind: 'half-open' },
    [1_000, 3_000],
  ),
  bad('network-cut', 'every connection reset, new ones refused', { kind: 'cut' }, [3_000, 8_000]),
];
