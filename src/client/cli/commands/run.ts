import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { Command } from 'commander';
import {
  defaultCsvPath,
  resumeSession,
  runSession,
  type ServeSessionOptions,
  type SessionOutcome,
} from '../../run-session.ts';
import type { ResumedSession } from '../../start-session.ts';
import { fewSlotsWarning } from '../../worker-slots.ts';
import { Interrupted, interruptible } from '../interrupt.ts';
import { options, sessionIdArgument } from '../options.ts';
import { createOutput, type LogFormat, type Output } from '../output.ts';
import { checkOutputFile } from '../output-file.ts';
import { type PlaceFlags, placeOf, placeOptions, withStack } from '../place.ts';
import { printOutcome } from '../print-outcome.ts';
import { pausedNote, showProgress } from '../progress.ts';
import { readSpec, refuseOtherModes, type SpecFlags, specOptions } from '../read-spec.ts';

/** `run`, `start` and `resume`: a config becomes a session, and a session is seen to its end. */

interface ServeFlags extends PlaceFlags {
  readonly logFormat: LogFormat;
  readonly json?: boolean;
  readonly workerId: string;
  readonly concurrency?: number;
  readonly outputCsv?: string;
  readonly force?: boolean;
}

type ResumeFlags = ServeFlags & { readonly iterations?: number; readonly workers?: number };
type RunFlags = SpecFlags & ServeFlags & { readonly sessionId?: string };

const stackOptions = [...placeOptions, options.durable, options.logFormat, options.json];
const resultsOptions = [options.outputCsv, options.force];
const serveOptions = [options.workerId, options.concurrency, ...resultsOptions];

export function runCommand(): Command {
  const command = new Command('run').description(
    'start a session and see it to its end, bringing up what is missing',
  );
  for (const option of [...specOptions, options.newSessionId, ...serveOptions, ...stackOptions])
    command.addOption(option());
  return command
    .addHelpText(
      'after',
      `
Examples:
  $ arbtune run
  $ arbtune run --iterations 40 --optimizer bayesian --workers 4 --output-csv out.csv
  $ arbtune run --session-id mine --iterations 20      # 20 more trials if it exists
  $ arbtune run --warm-start outputs/mine/results.csv  # learning from what \`mine\` found`,
    )
    .action(async (flags: RunFlags) => {
      const output = createOutput(flags.logFormat);
      await checkResultsFile(flags, flags.sessionId);
      const { spec, dataRoot, enqueue } = await readSpec(flags, output);
      await serve(flags, output, (serving) =>
        runSession(spec, {
          ...serving,
          ...{ dataRoot, enqueue },
          ...(flags.sessionId === undefined ? {} : { sessionId: flags.sessionId }),
        }),
      );
    });
}

export function resumeCommand(): Command {
  const command = new Command('resume')
    .description('go on with an interrupted session and see it to its end')
    .argument('<session-id>', 'of the session', sessionIdArgument);
  for (const option of [options.moreIterations, options.workers, ...serveOptions, ...stackOptions])
    command.addOption(option());
  return command
    .addHelpText(
      'after',
      `
Examples:
  $ arbtune resume 6f1c…                    # after a crash, a reboot, or \`stop\`, and from the store when its history is gone
  $ arbtune resume 6f1c… --iterations 20    # 20 more trials than it was to have`,
    )
    .action(async (sessionId: string, flags: ResumeFlags) => {
      refuseOtherModes(flags.mode);
      await checkResultsFile(flags, sessionId);
      await serve(flags, createOutput(flags.logFormat), (serving) =>
        resumeSession(sessionId, {
          ...serving,
          ...(flags.iterations === undefined ? {} : { iterations: flags.iterations }),
          ...(flags.workers === undefined ? {} : { parallelism: flags.workers }),
        }),
      );
    });
}

export function startCommand(): Command {
  const command = new Command('start').description(
    'start a session on a running deployment and return at once',
  );
  for (const option of [...specOptions, options.newSessionId, ...resultsOptions, ...stackOptions])
    command.addOption(option());
  return command
    .addHelpText(
      'after',
      '\nExample:\n  $ TEMPORAL_ADDRESS=temporal:7233 REDIS_URL=redis://redis arbtune start --iterations 500 --workers 32',
    )
    .action(async (flags: RunFlags) => {
      const output = createOutput(flags.logFormat);
      // A worker writes it, maybe elsewhere: here it only must not replace what is another's.
      if (flags.outputCsv !== undefined && existsSync(flags.outputCsv)) {
        await checkResultsFile(flags, flags.sessionId);
      }
      const { spec, dataRoot, enqueue } = await readSpec(flags, output);
      await withStack(flags, output, async (stack) => {
        const sessionId = flags.sessionId ?? randomUUID();
        const csvPath = flags.outputCsv;
        const started = await stack.client.start(spec, {
          ...{ sessionId, dataRoot, enqueue },
          ...(csvPath === undefined ? {} : { csvPath }),
        });
        const { workflowId, runId, joined, iterations } = started;
        if (started.served === false) {
          output.note(
            `no worker has taken the session up yet; start one by \`arbtune worker --env ${flags.env}\``,
          );
        }
        if (joined && (await stack.client.status(sessionId)).status === 'paused') {
          output.note(pausedNote(sessionId));
        }
        const few = await fewSlotsWarning(stack, sessionId, started.parallelism ?? 1);
        if (few !== undefined) output.note(`warning: ${few}`);
        if (flags.json)
          output.json({ session_id: sessionId, workflow_id: workflowId, run_id: runId, joined, iterations });
        else output.print(sessionId);
      });
    });
}

/** The CSV of results, in its own place where no other is named. */
async function checkResultsFile(
  { outputCsv, force }: Pick<ServeFlags, 'outputCsv' | 'force'>,
  sessionId?: string,
): Promise<void> {
  const path = outputCsv ?? defaultCsvPath(sessionId ?? 'new');
  await checkOutputFile({ option: '--output-csv', path, force });
}

/** Runs a session in this process, showing it, and prints its outcome. */
async function serve(
  flags: ServeFlags,
  output: Output,
  run: (serving: ServeSessionOptions) => Promise<SessionOutcome>,
): Promise<void> {
  let sessionId: string | undefined;
  let left: AbortSignal | undefined;
  try {
    const outcome = await interruptible((signal) => {
      left = signal;
      return run({
        ...placeOf(flags),
        workerId: flags.workerId,
        ...(flags.concurrency === undefined ? {} : { concurrency: flags.concurrency }),
        ...(flags.outputCsv === undefined ? {} : { csvPath: flags.outputCsv }),
        log: (line) => output.note(line),
        signal,
        onStarted(session, stack) {
          sessionId = session.sessionId;
          const where = stack.server.uiUrl
            ? `${stack.server.uiUrl}/namespaces/${stack.server.namespace}/workflows/${encodeURIComponent(session.workflowId)}/${session.runId}/user-metadata`
            : stack.server.address;
          output.log(
            'TUNING',
            // Who joins adds to it: how much it has to do now is not what the config says.
            `session ${session.sessionId} ${session.joined ? `joined${inAll(session)}` : 'started'} · ${where}`,
            {
              session_id: session.sessionId,
              workflow_id: session.workflowId,
              run_id: session.runId,
            },
          );
        },
        onEvent: showProgress(output),
      });
    });
    output.live('');
    printOutcome(outcome, flags.json === true, output);
  } catch (error) {
    output.live('');
    if (!left?.aborted) throw error;
    // Whatever else went wrong on the way out is the interruption's.
    output.note(
      sessionId === undefined
        ? 'interrupted; no session was started or gone on with'
        : `interrupted; what is measured of session ${sessionId} is kept, and it goes on only where other workers serve it. Come back with: arbtune resume ${sessionId}`,
    );
    throw new Interrupted();
  }
}

function inAll({ iterations }: ResumedSession): string {
  return iterations === undefined ? '' : `, ${iterations} trials in all`;
}
