import type { Command } from 'commander';
import { parseParams } from '../../../config/params.ts';
import { ArbtuneError } from '../../../errors.ts';
import type { SessionStatus } from '../../../workflows/messages.ts';
import { loadStoredSession } from '../../go-on.ts';
import { unknownInStack } from '../../list-sessions.ts';
import { recoverSession } from '../../recover.ts';
import type { Stack } from '../../stack.ts';
import { options } from '../options.ts';
import { createOutput } from '../output.ts';
import { type SessionFlags, sessionCommand, withStack } from '../place.ts';
import { statusLine } from '../progress.ts';

/** `pause`, `unpause`, `stop`, `cancel`, `extend`: an order to a running session. */

export function pauseCommand(): Command {
  return order('pause', 'start no more trials until unpaused; running ones finish', (stack, id) =>
    stack.client.pause(id),
  );
}

export function unpauseCommand(): Command {
  return order('unpause', 'go on with a paused session', (stack, id) => stack.client.unpause(id));
}

export function stopCommand(): Command {
  return order('stop', 'let running trials finish, then analyse and end', (stack, id) =>
    stack.client.stop(id),
  );
}

export function cancelCommand(): Command {
  return order('cancel', 'end at once; what is measured is kept, nothing is analysed', async (stack, id) => {
    await stack.client.cancel(id);
    return undefined;
  });
}

export function repairCommand(): Command {
  const command = sessionCommand('repair', "rebuild a session's records in the store from its history");
  return command.action(async (sessionId: string, flags: SessionFlags) => {
    const output = createOutput('text');
    await withStack(flags, output, async (stack) => {
      const recovery = await recoverSession(stack, sessionId);
      if (recovery.in_history === 0 && recovery.in_store === 0) throw await unknownInStack(stack, sessionId);
      const { in_history, in_store, restored } = recovery;
      if (flags.json) output.json(recovery);
      else output.print(`${in_history} trials in history, ${in_store} in the store, ${restored} restored`);
    });
  });
}

interface ExtendFlags extends SessionFlags {
  readonly iterations?: number;
  readonly workers?: number;
  readonly enqueue?: readonly string[];
}

export function extendCommand(): Command {
  return order<ExtendFlags>(
    'extend',
    'more iterations, other parallelism, params to try next',
    async (stack, id, flags) => {
      const { iterations, workers, enqueue = [] } = flags;
      if (iterations === undefined && workers === undefined && enqueue.length === 0) {
        throw new ArbtuneError(
          'input',
          'extend: expected at least one of --iterations, --workers and --enqueue',
        );
      }
      const space = enqueue.length > 0 ? (await loadStoredSession(stack.store, id)).spec.space : {};
      return await stack.client.extend(id, {
        iterations: iterations ?? 0,
        ...(workers === undefined ? {} : { parallelism: workers }),
        enqueue: enqueue.map((text) => parseParams(text, space)),
      });
    },
  )
    .addOption(options.moreIterations())
    .addOption(options.workers())
    .addOption(options.enqueue())
    .addHelpText(
      'after',
      '\nExample:\n  $ arbtune extend mine --iterations 50 --enqueue min_spread_pct=0.2,slippage_bps=5',
    );
}

function order<Flags extends SessionFlags>(
  name: string,
  description: string,
  give: (stack: Stack, sessionId: string, flags: Flags) => Promise<SessionStatus | undefined>,
): Command {
  return sessionCommand(name, description).action(async (sessionId: string, flags: Flags) => {
    const output = createOutput('text');
    await withStack(flags, output, async (stack) => {
      const status = await give(stack, sessionId, flags);
      if (flags.json) output.json(status ?? { session_id: sessionId, status: 'cancelling' });
      else output.print(status ? statusLine(status) : `session ${sessionId} is being cancelled`);
    });
  });
}
