import { setTimeout as delay } from 'node:timers/promises';
import { Command } from 'commander';
import { arbtuneHome } from '../../../embedded/home.ts';
import { ArbtuneError } from '../../../errors.ts';
import { openStore } from '../../../store/open-store.ts';
import { shortParams, shortValue } from '../../../workflows/details.ts';
import { reportSession, type SessionReport } from '../../session-report.ts';
import { openStack } from '../../stack.ts';
import { storedIds, unknownSession } from '../../unknown-session.ts';
import { Interrupted, interruptible } from '../interrupt.ts';
import { options, sessionIdArgument } from '../options.ts';
import { createOutput, type Output } from '../output.ts';
import { statusLine } from '../progress.ts';

/** `status`: where a session stands, once. `watch`: live, from the store alone, so that it needs no Temporal. */

interface PlaceFlags {
  readonly mode: string;
  readonly env: string;
  readonly redis?: string;
  readonly json?: boolean;
}

const WATCH_EVERY_MS = 1_000;
const ENDED = ['completed', 'stopped', 'failed', 'cancelled'];
/** What a person must see to. */
const TROUBLES = ['stuck', 'corrupt', 'orphaned'];

export function statusCommand(): Command {
  return withPlace(new Command('status').description('where a session stands')).action(
    async (sessionId: string, { env, mode, redis, json }: PlaceFlags) => {
      const output = createOutput('text');
      const log = (line: string) => output.note(line);
      const stack = await openStack({ env, mode, ...(redis === undefined ? {} : { redisUrl: redis }), log });
      try {
        const report = await reportSession(stack, sessionId);
        if (json) output.json(report);
        else output.print(reportText(report));
        if (report.status === 'stuck') throw new ArbtuneError('stuck', report.warnings[0] ?? 'stuck');
      } finally {
        await stack.close();
      }
    },
  );
}

export function watchCommand(): Command {
  return withPlace(
    new Command('watch').description('where a session and its workers stand, live, from the store'),
  ).action(async (sessionId: string, { env, mode, redis, json }: PlaceFlags) => {
    const output = createOutput('text');
    const home = arbtuneHome(process.env);
    const store = await openStore({ env, mode, home, redisUrl: redis, environment: process.env });
    try {
      await interruptible(async (signal) => {
        let shown = '';
        for (;;) {
          const session = await store.loadSession(sessionId);
          if (!session) throw unknownSession(sessionId, 'the store', await storedIds(store));
          const { spec: _, ...stored } = session;
          const trials = await store.countTrials(sessionId);
          const workers = await store.loadWorkers(sessionId);
          const report = {
            session_id: sessionId,
            status: session.status,
            stored: { ...stored, trials },
            workers,
            warnings: [],
          };
          const text = json ? JSON.stringify(report) : reportText(report);
          if (text !== shown) showAgain(output, text, shown);
          shown = text;
          if (ENDED.includes(session.status)) return;
          await delay(WATCH_EVERY_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
        }
      });
    } catch (error) {
      if (error instanceof Interrupted)
        output.note(`the session goes on; come back with: arbtune watch ${sessionId}`);
      throw error;
    } finally {
      await store.close();
    }
  });
}

/** On a terminal in place of what was shown before, elsewhere below it. */
function showAgain(output: Output, text: string, before: string): void {
  if (output.isLive && before !== '') process.stderr.write(`\x1b[${before.split('\n').length}A\x1b[0J`);
  output.print(text);
}

function withPlace(command: Command): Command {
  command.argument('<session-id>', 'of the session', sessionIdArgument);
  for (const option of [options.mode, options.env, options.redisUrl, options.json])
    command.addOption(option());
  return command;
}

function reportText({ session_id, status, session, stored, workers, warnings }: SessionReport): string {
  const lines = [`session ${session_id}: ${TROUBLES.includes(status) ? status.toUpperCase() : status}`];
  if (session) lines.push(`  ${statusLine(session)}`);
  if (session?.best) {
    const { iteration, objective, params } = session.best;
    lines.push(
      `  best: trial ${iteration}, ${session.objective} ${shortValue(objective)}`,
      `        ${shortParams(params)}`,
    );
  }
  if (stored)
    lines.push(
      `  stored: ${stored.trials} of ${stored.iterations} trials, session last heard of ${stored.updated_at}`,
    );
  for (const worker of workers) {
    const doing = worker.current === '' ? 'idle' : `on ${worker.current}`;
    lines.push(
      `  worker ${worker.worker_id} (${worker.host}:${worker.pid}): ${doing}, ${worker.finished} finished, ${worker.updated_at}`,
    );
  }
  for (const warning of warnings) lines.push(`  warning: ${warning}`);
  return lines.join('\n');
}
