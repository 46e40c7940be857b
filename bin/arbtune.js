#!/usr/bin/env node
import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import module from 'node:module';
import { fileURLToPath } from 'node:url';
import { leanEnvironment } from './worker-memory.js';

/**
 * The command. Plain JavaScript for any Node from 20 on: it brings in the packages of a fresh checkout, moves to the
 * Node that the code is written for where the machine's own is older, and hands over to the CLI.
 */

const root = new URL('..', import.meta.url);
const NEEDED_MAJOR = 24;
const OWN_NODE = fileURLToPath(new URL('node_modules/node/bin/node', root));
const CHILD_MARK = 'ARBTUNE_REEXECUTED';

const hasNeededNode = Number.parseInt(process.versions.node, 10) >= NEEDED_MAJOR;
const lean = leanEnvironment(process.argv.slice(2), process.env);

const INTERRUPTED = 130;

hideExperimentalWarnings();
process.on('SIGINT', onInterrupt);
if (lean && hasNeededNode) beginAgain(lean);
await setUpCheckout();
if (hasNeededNode) await runHere();
else runOnOwnNode();

/** Ctrl-C where nothing takes it in its own way: while the command is on its way up, above all. */
function onInterrupt() {
  if (process.listenerCount('SIGINT') === 1) leaveInterrupted();
}

function leaveInterrupted() {
  console.error('interrupted');
  process.exit(INTERRUPTED);
}

/** The same process in another environment. Not where a channel to the parent would be lost, or the system cannot. */
function beginAgain(environment) {
  if (process.channel) return;
  const argv = [process.execPath, ...process.execArgv, ...process.argv.slice(1)];
  process.execve?.(process.execPath, argv, environment);
}

/** An installed package has no lock file; its installer has brought in what it needs. */
async function setUpCheckout() {
  if (process.env[CHILD_MARK] || !existsSync(new URL('package-lock.json', root))) return;
  const { setUp } = await import('../scripts/setup.mjs');
  try {
    await setUp({ packagesOnly: true, log: (line) => console.error(`[SETUP] ${line}`) });
  } catch (error) {
    console.error(error.message);
    process.exit(1);
  }
}

function runOnOwnNode() {
  if (!existsSync(OWN_NODE)) {
    console.error(`arbtune needs Node ${NEEDED_MAJOR} or later, got ${process.version}.`);
    process.exit(1);
  }
  const child = spawn(OWN_NODE, [fileURLToPath(import.meta.url), ...process.argv.slice(2)], {
    // The channel carries nothing: that it closes tells the child of our end.
    stdio: ['inherit', 'inherit', 'inherit', 'ipc'],
    env: { ...(lean ?? process.env), [CHILD_MARK]: '1' },
  });
  // A terminal sends Ctrl-C to both of us; passed on it would count twice.
  const fromTerminal = process.stdin.isTTY || process.stdout.isTTY || process.stderr.isTTY;
  process.on('SIGINT', () => fromTerminal || child.kill('SIGINT'));
  for (const signal of ['SIGTERM', 'SIGHUP']) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    if (signal === null) process.exit(code);
    if (signal === 'SIGINT') leaveInterrupted();
    process.removeAllListeners(signal);
    process.kill(process.pid, signal);
  });
}

async function runHere() {
  if (process.env[CHILD_MARK]) {
    delete process.env[CHILD_MARK];
    // Whoever kills the process they started means us.
    process.on('disconnect', () => process.kill(process.pid, 'SIGKILL'));
    process.channel?.unref();
  }
  // Spares every start but the first the compiling.
  module.enableCompileCache?.(fileURLToPath(new URL('build/compile-cache', root)));
  const { main } = await import('../src/client/cli/main.ts');
  await main(process.argv.slice(2));
}

/** Node warns of type stripping, node:sqlite and execve, all of which are meant. */
function hideExperimentalWarnings() {
  const emitWarning = process.emitWarning.bind(process);
  process.emitWarning = (warning, ...rest) => {
    const type = typeof rest[0] === 'object' ? rest[0]?.type : rest[0];
    if ((type ?? warning?.name) !== 'ExperimentalWarning') emitWarning(warning, ...rest);
  };
}
