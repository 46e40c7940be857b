import { spawn } from 'node:child_process';

const PROGRESS_MS = 10_000;
const LINES_OF_FAILURE = 30;

/** Runs a command that may take a while, saying so; throws one sentence with what it said when it fails. */
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
    throw new Error(`${what} failed: \`${[command, ...args].join(' ')}\` ${end}.\n${shorten(output)}`);
  }
  log(`${what}: done in ${seconds()} s.`);
}

/** The reason may stand first, as npm's does, or last. */
function shorten(output) {
  const lines = output.trim().split('\n');
  if (lines.length <= LINES_OF_FAILURE) return lines.join('\n');
  const half = LINES_OF_FAILURE / 2;
  return [...lines.slice(0, half), '…', ...lines.slice(-half)].join('\n');
}
