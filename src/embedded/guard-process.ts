import { spawn } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { ProcessIdentity } from './process-identity.ts';

/** Long enough for a `resume` after a crash to find the server still there: it is ended after two such spans unused. */
const CHECK_MS = 30_000;

/** Starts the process that ends the server when all its users were killed without giving it back. */
export function spawnGuard(home: string, server: ProcessIdentity): void {
  const script = fileURLToPath(new URL('./guard.ts', import.meta.url));
  const args = ['--disable-warning=ExperimentalWarning', script, home, String(server.pid), server.began];
  const child = spawn(process.execPath, [...args, String(CHECK_MS)], { detached: true, stdio: 'ignore' });
  // Without it nothing is lost but the server's end after a crash, which the next command sees to.
  child.on('error', () => {});
  child.unref();
}
