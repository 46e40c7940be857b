import { existsSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { runWithProgress } from './run.mjs';

/** The npm packages, exactly as package-lock.json has them. */

export function dependencyTask({ root, environment, withDevelopment }) {
  return {
    isDone: () => !existsSync(new URL('package-lock.json', root)) || isInstalled(root, withDevelopment),
    async run(log) {
      const npm = environment.npm_execpath;
      const [command, first] = npm?.endsWith('.js') ? [process.execPath, [npm]] : ['npm', []];
      await runWithProgress(command, [...first, 'ci', '--no-audit', '--no-fund', '--loglevel=error'], {
        what: 'Installing the npm packages',
        cwd: fileURLToPath(root),
        environment,
        log,
      });
    },
  };
}

/** npm keeps, in a file it writes last, what it has installed: compared with the lock file, package by package. */
function isInstalled(root, withDevelopment) {
  try {
    const wanted = readPackages(new URL('package-lock.json', root));
    const installed = readPackages(new URL('node_modules/.package-lock.json', root));
    const sound = Object.entries(wanted).every(([path, entry]) => {
      if (path === '') return true;
      const found = installed[path];
      if (found) return found.version === entry.version && found.integrity === entry.integrity;
      return entry.optional || entry.devOptional || (entry.dev && !withDevelopment);
    });
    return sound && existsSync(new URL('node_modules/.bin/node', root));
  } catch {
    return false;
  }
}

function readPackages(file) {
  return JSON.parse(readFileSync(file, 'utf8')).packages;
}
