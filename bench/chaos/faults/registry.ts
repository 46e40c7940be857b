import type { Fault } from '../fault.ts';
import type { StackKind } from '../machine.ts';
import { networkFaults } from './network.ts';
import { serviceFaults } from './services.ts';
import { workerFaults } from './workers.ts';

/** Every fault that the chaos command knows. */
export const FAULTS: readonly Fault[] = [...workerFaults, ...serviceFaults, ...networkFaults];

export function faultsOn(stack: StackKind): Fault[] {
  return FAULTS.filter(({ stacks }) => stacks.includes(stack));
}
