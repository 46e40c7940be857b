import { readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

/**
 * `npm run complete-lock`, after adding a package: npm leaves the binaries of other systems out of package-lock.json
 * when the registry at hand does not have them, and `npm ci` then refuses the file. This adds them.
 */

const SYSTEMS = ['android', 'darwin', 'freebsd', 'linux', 'win32'];
const PROCESSORS = ['arm', 'arm64', 'ia32', 'ppc64', 's390x', 'x64'];
const C_LIBRARIES = { gnu: 'glibc', musl: 'musl' };

/** Paths in `node_modules` that packages of the lock file name as optional and the lock file does not have. */
export function missingBinaries(lock) {
  return Object.values(lock.packages).flatMap((entry) =>
    Object.entries(entry.optionalDependencies ?? {})
      .map(([name, version]) => ({ path: `node_modules/${name}`, name, version, dev: entry.dev }))
      .filter(({ path }) => lock.packages[path] === undefined),
  );
}

/** A binary's name says what it is for: `@swc/core-linux-x64-musl`. Without an integrity hash, which only a registry knows. */
function entryOf({ name, version, dev }) {
  const words = name.split(/[/-]/);
  const pick = (known) => words.filter((word) => known.includes(word));
  const libraries = pick(Object.keys(C_LIBRARIES)).map((word) => C_LIBRARIES[word]);
  return {
    version,
    cpu: pick(PROCESSORS),
    ...(dev ? { dev } : {}),
    ...(libraries.length > 0 ? { libc: libraries } : {}),
    optional: true,
    os: pick(SYSTEMS),
  };
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  const file = new URL('../package-lock.json', import.meta.url);
  const lock = JSON.parse(readFileSync(file, 'utf8'));
  for (const binary of missingBinaries(lock)) lock.packages[binary.path] = entryOf(binary);
  const sorted = Object.entries(lock.packages).sort(([a], [b]) => (a < b ? -1 : 1));
  writeFileSync(file, `${JSON.stringify({ ...lock, packages: Object.fromEntries(sorted) }, null, 2)}\n`);
}
