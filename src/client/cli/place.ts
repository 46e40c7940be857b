import { Command } from 'commander';
import { arbtuneHome } from '../../embedded/home.ts';
import { openStore } from '../../store/open-store.ts';
import type { ResultStore } from '../../store/result-store.ts';
import { openStack, type Stack, type StackOptions } from '../stack.ts';
import { options, sessionIdArgument } from './options.ts';
import type { Output } from './output.ts';

/** Where a command's sessions are: the flags that say it, and what is opened and closed there. */

export interface PlaceFlags {
  readonly mode: string;
  readonly env: string;
  readonly redis?: string;
  /** Of a command that may start the embedded server. */
  readonly durable?: boolean;
}

/** Of a command that `sessionCommand` makes. */
export interface SessionFlags extends PlaceFlags {
  readonly json?: boolean;
}

export const placeOptions = [options.mode, options.env, options.redisUrl];

/** A command about one session, which answers in text or JSON. */
export function sessionCommand(name: string, description: string): Command {
  const command = new Command(name)
    .description(description)
    .argument('<session-id>', 'of the session', sessionIdArgument);
  for (const option of [...placeOptions, options.json]) command.addOption(option());
  return command;
}

/** As a stack is opened there. */
export function placeOf({ env, mode, redis, durable = false }: PlaceFlags): StackOptions {
  return { env, mode, durable, ...(redis === undefined ? {} : { redisUrl: redis }) };
}

export async function withStack(
  flags: PlaceFlags,
  output: Output,
  work: (stack: Stack) => Promise<void>,
): Promise<void> {
  const stack = await openStack({ ...placeOf(flags), log: (line) => output.note(line) });
  try {
    await work(stack);
  } finally {
    await stack.close();
  }
}

/** The store alone, for what needs no Temporal. */
export async function withStore<T>(
  { env, mode, redis }: PlaceFlags,
  work: (store: ResultStore) => Promise<T>,
): Promise<T> {
  const environment = process.env;
  const store = await openStore({ env, mode, home: arbtuneHome(environment), redisUrl: redis, environment });
  try {
    return await work(store);
  } finally {
    await store.close();
  }
}
