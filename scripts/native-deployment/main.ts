import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { provideTemporalServer } from '../setup/temporal-server.mjs';
import { startDeployment } from './deployment.ts';
import { findPrograms } from './programs.ts';

/** `npm run deployment:native`: keeps the services of docker-compose.yml up until Ctrl-C, and says how to use them. */

const log = (line: string) => console.error(line);

try {
  await provideTemporalServer({ environment: process.env, log });
  const programs = findPrograms(process.env);
  if ('missing' in programs) {
    throw new Error(`Missing: ${programs.missing.join(', ')}; install your system's packages of them.`);
  }
  // A terminal and npm may both pass Ctrl-C on: once is enough, and ending takes its bounded time.
  const interrupted = new Promise<void>((resolve) => {
    for (const name of ['SIGINT', 'SIGTERM'] as const) process.on(name, () => resolve());
  });
  const deployment = await startDeployment(programs, log);
  try {
    const exports = Object.entries(deployment.environment).map(([name, value]) => `export ${name}=${value}`);
    const file = join(deployment.folder, 'environment.sh');
    writeFileSync(file, `${exports.join('\n')}\n`, { mode: 0o600 });
    console.log(exports.join('\n'));
    log(`Or: . ${file}\nCtrl-C ends it.`);
    await Promise.race([interrupted, ...deployment.services.map(({ failure }) => failure)]);
  } finally {
    await deployment.stop();
  }
} catch (error) {
  log(error instanceof Error ? error.message : String(error));
  process.exitCode = 1;
}
