import { parseArgs } from 'node:util';
import { STACKS, type StackKind } from './machine.ts';

/** The command line of the chaos command. */

export const USAGE = `npm run chaos -- [options]
  --minutes N       sessions one after the other for so long, faults at random (5)
  --matrix          instead: once through every fault, and print the fault matrix
  --kills N         instead: one session with N random kills of workers
  --seed S          of the schedule; the same seed, the same faults at the same trials (1)
  --stack NAME      ${STACKS.join(' | ')} (both, one after the other)
  --trials N        of a session (120; with --kills 2000)
  --workers N       worker processes (2; with --kills 4)
  --faults A,B      only these
  --rounds N        of the matrix (1)`;

export interface ChaosOptions {
  readonly task: 'random' | 'matrix' | 'kills';
  readonly minutes: number;
  readonly kills: number;
  readonly seed: number;
  readonly stacks: readonly StackKind[];
  readonly trials: number;
  readonly workers: number;
  readonly rounds: number;
  /** Names; undefined: all. */
  readonly faults: readonly string[] | undefined;
}

const OPTIONS = {
  minutes: { type: 'string', default: '5' },
  matrix: { type: 'boolean', default: false },
  kills: { type: 'string' },
  seed: { type: 'string', default: '1' },
  stack: { type: 'string' },
  trials: { type: 'string' },
  workers: { type: 'string' },
  faults: { type: 'string' },
  rounds: { type: 'string', default: '1' },
  help: { type: 'boolean', default: false },
} as const;

/** Undefined when help is asked for. Throws an error that says what was expected. */
export function readOptions(args: readonly string[]): ChaosOptions | undefined {
  const { values } = parseArgs({ args: [...args], options: OPTIONS });
  if (values.help) return undefined;
  const isKills = values.kills !== undefined;
  return {
    task: isKills ? 'kills' : values.matrix ? 'matrix' : 'random',
    minutes: number('minutes', values.minutes, 0.1),
    kills: wholeNumber('kills', values.kills ?? '20'),
    seed: wholeNumber('seed', values.seed),
    stacks: STACKS.filter((name) => name === stackOf(values.stack) || values.stack === undefined),
    trials: wholeNumber('trials', values.trials ?? (isKills ? '2000' : '120')),
    workers: wholeNumber('workers', values.workers ?? (isKills ? '4' : '2')),
    rounds: wholeNumber('rounds', values.rounds),
    faults: values.faults?.split(','),
  };
}

function stackOf(value: string | undefined): StackKind | undefined {
  const found = STACKS.find((name) => name === value);
  if (value !== undefined && found === undefined)
    throw new Error(`Expected --stack to be ${STACKS.join(' or ')}, got ${value}`);
  return found;
}

function number(option: string, value: string, least: number): number {
  const n = Number(value);
  if (!(n >= least)) throw new Error(`Expected --${option} to be a number >= ${least}, got ${value}`);
  return n;
}

function wholeNumber(option: string, value: string): number {
  const n = Number(value);
  if (!Number.isSafeInteger(n) || n < 1)
    throw new Error(`Expected --${option} to be an integer >= 1, got ${value}`);
  return n;
}
