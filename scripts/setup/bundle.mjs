import { createHash } from 'node:crypto';
import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runWithProgress } from './run.mjs';

/** The workflow bundle, built when a source or a package has changed since. */

const BUILDER = 'scripts/build-bundle.ts';

export function bundleTask({ root, environment }) {
  const stamp = new URL('build/bundle.stamp', root);
  return {
    isDone: () => !existsSync(new URL(BUILDER, root)) || readText(stamp) === hashSources(root),
    async run(log) {
      // Before the build: a source changed meanwhile makes the stamp stale, never falsely fresh.
      const hash = hashSources(root);
      await runWithProgress(fileURLToPath(new URL('node_modules/node/bin/node', root)), [BUILDER], {
        what: 'Bundling the workflow',
        cwd: fileURLToPath(root),
        environment: { ...environment, NODE_NO_WARNINGS: '1' },
        log,
      });
      mkdirSync(new URL('build/', root), { recursive: true });
      writeFileSync(stamp, hash);
    },
  };
}

function readText(file) {
  return existsSync(file) ? readFileSync(file, 'utf8') : undefined;
}

/** All of src, though the workflow is a part of it: reading it takes milliseconds, and nothing can be forgotten. */
function hashSources(root) {
  const source = new URL('src/', root);
  const files = readdirSync(source, { recursive: true }).filter((name) => name.endsWith('.ts'));
  const hash = createHash('sha256').update(readFileSync(new URL('package-lock.json', root)));
  for (const name of files.sort()) hash.update(`${name}\0`).update(readFileSync(new URL(name, source)));
  return hash.digest('hex');
}
