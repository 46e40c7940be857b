import { setTimeout as delay } from 'node:timers/promises';
import type { Command } from 'commander';
import { ArbtuneError } from '../../../errors.ts';
import type { ResultStore } from '../../../store/result-store.ts';
import { shortParams, shortValue } from '../../../workflows/details.ts';
import { readStored, reportSession, type SessionReport } from '../../session-report.ts';
import { storedIds, unknownSession } from '../../unknown-session.ts';
import { Interrupted, interruptible } from '../interrupt.ts';
import { createOutput, type Output } from '../output.ts';
import { type SessionFlags, sessionCommand, withStack, withStore } from '../place.ts';
import { statusLine } from '../progress.ts';

/** `status`: where a session stands, once. `watch`: live, from the store alone, so that it needs no Temporal. */

const WATCH_EVERY_MS = 1_000;
/** The store cannot tell a long trial from a session without workers. */
const QUIET_MS = 30_000;
const ENDED = ['completed', 'stopped', 'failed', 'cancelled'];
/** What a person must see to. */
const TROUBLES = ['stuck', 'corrupt', 'orphaned'];

export function statusCommand(): Command {
  return sessionCommand('status', 'where a session stands').action(
    async (sessionId: string, flags: SessionFlags) => {
      const output = createOutput('text');
      await withStack(flags, output, async (stack) => {
        const report = await reportSession(stack, sessionId);
        if (flags.json) output.json(report);
        else output.print(reportText(report));
        if (report.status === 'stuck') throw new ArbtuneError('stuck', report.warnings[0] ?? 'stuck');
      });
    },
  );
}

export function watchCommand(): Command {
  return sessionCommand('watch', 'where a session and its workers stand, live, from the store').action(
    async (sessionId: string, flags: SessionFlags) => {
      const output = createOutput('text');
      let shown = '';
      const show = (report: SessionReport): void => {
        const text = flags.json ? JSON.stringify(report) : reportText(report);
        if (text !== shown) showAgain(output, text, shown);
        shown = text;
      };
      try {
        await withStore(flags, (store) => interruptible((signal) => watch(store, sessionId, show, signal)));
      } catch (error) {
        if (error instanceof Interrupted)
          output.note(
            `the session goes on where workers serve it; come back with: arbtune watch ${sessionId}`,
          );
        throw error;
      }
    },
  );
}

/** Until the session's end. */
async function watch(
  store: ResultStore,
  sessionId: string,
  show: (report: SessionReport) => void,
  signal: AbortSignal,
): Promise<void> {
  let before = '';
  let changedAt = performance.now();
  for (;;) {
    const stored = await readStored(store, sessionId);
    if (!stored) throw unknownSession(sessionId, 'the store', await storedIds(store));
    const { status } = stored;
    const report = { session_id: sessionId, status, stored, workers: await store.loadWorkers(sessionId) };
    const now = JSON.stringify(report);
    if (now !== before) changedAt = performance.now();
    before = now;
    const isQuiet = performance.now() - changedAt > QUIET_MS && status !== 'paused';
    show({ ...report, warnings: isQuiet ? [quietWarning(sessionId)] : [] });
    if (ENDED.includes(status)) return;
    await delay(WATCH_EVERY_MS, undefined, { signal }).catch(() => signal.throwIfAborted());
  }
}

const quietWarning = (sessionId: string): string =>
  `nothing new for over ${QUIET_MS / 1_000} s; \`arbtune status ${sessionId}\` tells whether a worker is there`;

/** On a terminal in place of what was shown before, elsewhere below it. */
function showAgain(output: Output, text: string, before: string): void {
  if (output.isLive && before !== '') process.stderr.write(`\x1b[${before.split('\n').length}A\x1b[0J`);
  output.print(text);
}

function reportText(report: SessionReport): string {
  const { session_id, status, session, result, reason, stored, workers, warnings } = report;
  const lines = [`session ${session_id}: ${TROUBLES.includes(status) ? status.toUpperCase() : status}`];
  if (session) lines.push(`  ${statusLine(session)}`);
  const best = session?.best ?? result?.best;
  if (best) {
    lines.push(
      `  best: trial ${best.iteration}, ${session?.objective ?? 'objective'} ${shortValue(best.objective)}`,
      `        ${shortParams(best.params)}`,
    );
  }
  if (result) lines.push(`  results: ${result.csv}`);
  if (reason !== undefined) lines.push(`  ${reason}`);
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
