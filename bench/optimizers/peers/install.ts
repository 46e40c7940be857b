import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { environmentFolder, type PeerName, peerOf } from './peers.ts';

/** Makes the Python environments that the peers need, once; instant when they are there and unchanged. */

const HEBO = 'HEBO==0.3.6';

export function installPeers(names: readonly PeerName[]): void {
  for (const environment of new Set(names.map((name) => peerOf(name).environment))) {
    const folder = environmentFolder(environment);
    const requirements = join(import.meta.dirname, `requirements-${environment}.txt`);
    const stamp = join(folder, 'installed');
    const version = createHash('sha256').update(readFileSync(requirements)).digest('hex');
    if (existsSync(stamp) && readFileSync(stamp, 'utf8') === version) continue;
    process.stderr.write(`installing the peers' packages into ${folder}\n`);
    run(['python3', '-m', 'venv', folder]);
    const pip = [
      join(folder, 'bin/python'),
      '-m',
      'pip',
      'install',
      '--quiet',
      '--disable-pip-version-check',
    ];
    run([...pip, '-r', requirements]);
    // HEBO asks for versions that no longer build, and for two packages that only its other models need.
    if (environment === 'hebo') run([...pip, '--no-deps', HEBO]);
    writeFileSync(stamp, version);
  }
}

function run([command, ...args]: readonly string[]): void {
  execFileSync(command!, args, { stdio: ['ignore', process.stderr, process.stderr] });
}
