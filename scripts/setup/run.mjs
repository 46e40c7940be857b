import { spawn } from 'node:child_process';

const PROGRESS_MS = 10_000;
const LINES_OF_FAILURE = 15;

/** Runs a command that may take a while, saying so; throws one sentence with its last output when it fails. */
export async function runWithProgress(command, args, { what, cwd, environment, log }) {
  log(`${what} …`);
  const started = Date.now();
  const seconds = () => Math.round((Date.now() - started) / 1000);
  const timer = setInterval(() => log(`${what}: ${seconds()} s so far.`), PROGRESS_MS);
  const child = spawn(command, args, { cwd, env: environment, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text) => {
      output += text;
    });
  }
  const end = await new Promise((resolve) => {
    child.once('error', (error) => resolve(error.message));
    child.once('close', (code, signal) => resolve(code === 0 ? undefined : `ended with ${code ?? signal}`));
  });
  clearInterval(timer);
  if (end !== undefined) {
    const last = output.trimEnd().split('\n').slice(-LINES_OF_FAILURE).join('\n');
    throw new Error(`${what} failed: \`${[command, ...args].join(' ')}\` ${end}.\n${last}`);
  }
  log(`${what}: done in ${seconds()} s.`);
}
