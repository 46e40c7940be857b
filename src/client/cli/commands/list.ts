import { Command } from 'commander';
import { formatNumber } from '../../../analysis/number-format.ts';
import { renderTable } from '../../../analysis/table.ts';
import { type ListedSession, listSessions } from '../../list-sessions.ts';
import { options } from '../options.ts';
import { createOutput } from '../output.ts';
import { type PlaceFlags, placeOptions, withStack } from '../place.ts';

/** `list`: the sessions of an environment and mode, from Temporal and the store. */
export function listCommand(): Command {
  const command = new Command('list').description('the sessions, from Temporal and the store');
  for (const option of [...placeOptions, options.json]) command.addOption(option());
  return command.action(async (flags: PlaceFlags & { readonly json?: boolean }) => {
    const output = createOutput('text');
    await withStack(flags, output, async (stack) => {
      const sessions = await listSessions(stack.client, stack.store);
      if (flags.json) output.json(sessions);
      else output.print(sessions.length > 0 ? table(sessions) : 'No sessions yet.');
    });
  });
}

function table(sessions: readonly ListedSession[]): string {
  return renderTable(
    [
      { title: 'session' },
      { title: 'status' },
      { title: 'optimizer' },
      { title: 'trials', align: 'right' },
      { title: 'failed', align: 'right' },
      { title: 'best', align: 'right' },
      { title: 'started' },
    ],
    sessions.map(({ session_id, status, optimizer, trials, failed, iterations, best, started_at }) => [
      session_id,
      status,
      optimizer ?? '',
      iterations === undefined ? '' : `${trials}/${iterations}`,
      failed === undefined ? '' : String(failed),
      best === undefined ? '' : formatNumber(best),
      started_at,
    ]),
  );
}
