import { createHash } from 'node:crypto';
import { existsSync, globSync, mkdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { bundleWorkflowCode, type Logger } from '@temporalio/worker';
import { FAILURE_CONVERTER } from '../payloads/data-converter.ts';

/** The workflow code as one file, built once for a state of the sources and kept in `build/`; workers only read it. */

const root = fileURLToPath(new URL('../..', import.meta.url));
const folder = join(root, 'build');

const silent: Logger = { log() {}, trace() {}, debug() {}, info() {}, warn() {}, error() {} };

export interface BundleOptions {
  /** Puts what fails into payloads, for a codec to encrypt. */
  readonly encodesFailures?: boolean;
}

/** Path of the current bundle; built first when the sources have changed. Safe to call from several processes at once. */
export async function workflowBundle({ encodesFailures = false }: BundleOptions = {}): Promise<string> {
  const name = encodesFailures ? 'encoding-bundle' : 'workflow-bundle';
  const path = join(folder, `${name}-${sourceHash()}.js`);
  if (existsSync(path)) return path;
  const { code } = await bundleWorkflowCode({
    workflowsPath: join(root, 'src/workflows/tuning-session.ts'),
    workflowInterceptorModules: [join(root, 'src/workflows/whole-tasks.ts')],
    logger: silent,
    ...(encodesFailures ? { failureConverterPath: FAILURE_CONVERTER } : {}),
  });
  mkdirSync(folder, { recursive: true });
  const temporary = `${path}.${process.pid}`;
  writeFileSync(temporary, code);
  for (const old of globSync(`${name}-*.js`, { cwd: folder })) rmSync(join(folder, old), { force: true });
  renameSync(temporary, path);
  return path;
}

/** Of everything that can be in the bundle: our sources and the versions of the libraries. */
function sourceHash(): string {
  const hash = createHash('sha256');
  const sources = globSync('src/**/*.ts', { cwd: root }).sort();
  for (const file of [...sources, 'package-lock.json']) {
    hash
      .update(file)
      .update('\0')
      .update(readFileSync(join(root, file)))
      .update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}
