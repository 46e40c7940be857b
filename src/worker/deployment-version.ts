import type { WorkerDeploymentOptions } from '@temporalio/worker';
import type { Environment } from '../embedded/home.ts';
import { ArbtuneError } from '../errors.ts';

/**
 * The release that a worker belongs to, in Temporal's Worker Versioning: a session stays on the workers of the release
 * that began it, also when it goes on in a new run, and new sessions go to the release that is current.
 */

export interface DeploymentVersion {
  readonly deploymentName: string;
  readonly buildId: string;
}

/** Temporal joins the two by a dot, so a deployment's name has none. */
const NAMES = {
  deployment: /^[A-Za-z0-9][A-Za-z0-9_-]{0,63}$/,
  'build-id': /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/,
};

/**
 * By flags, else ARBTUNE_DEPLOYMENT and ARBTUNE_BUILD_ID. Undefined when neither is named: the worker serves sessions of
 * every release.
 *
 * @throws ArbtuneError `input` when only one is named, or a name is none
 */
export function deploymentVersion(
  flags: { readonly deployment?: string; readonly buildId?: string },
  environment: Environment,
): DeploymentVersion | undefined {
  const deploymentName = flags.deployment ?? (environment.ARBTUNE_DEPLOYMENT || undefined);
  const buildId = flags.buildId ?? (environment.ARBTUNE_BUILD_ID || undefined);
  if (deploymentName === undefined && buildId === undefined) return undefined;
  if (deploymentName === undefined) throw missing('--build-id', '--deployment', 'ARBTUNE_DEPLOYMENT');
  if (buildId === undefined) throw missing('--deployment', '--build-id', 'ARBTUNE_BUILD_ID');
  check('deployment', deploymentName);
  check('build-id', buildId);
  return { deploymentName, buildId };
}

export function workerDeploymentOptions(version: DeploymentVersion): WorkerDeploymentOptions {
  return { version, useWorkerVersioning: true, defaultVersioningBehavior: 'PINNED' };
}

function missing(given: string, wanted: string, variable: string): ArbtuneError {
  return new ArbtuneError('input', `${given} goes with ${wanted}: name it too, or set ${variable}`);
}

function check(flag: keyof typeof NAMES, value: string): void {
  if (NAMES[flag].test(value)) return;
  throw new ArbtuneError('input', `--${flag}: expected ${NAMES[flag].source}, got ${JSON.stringify(value)}`);
}
