import { findTemporalCli, provideTemporalCli } from '../../src/embedded/temporal-cli.mjs';

/** The Temporal CLI, for the embedded server. Where a Temporal service is configured none is needed, except by tests. */

export function temporalTask({ environment, always }) {
  return {
    isDone: async () =>
      findTemporalCli(environment) !== undefined || (!always && (await isServiceConfigured(environment))),
    run: (log) => provideTemporalCli({ environment, log }),
  };
}

async function isServiceConfigured(environment) {
  if (environment.TEMPORAL_ADDRESS) return true;
  try {
    const { loadClientConnectConfig } = await import('@temporalio/envconfig');
    return Boolean(loadClientConnectConfig({ overrideEnvVars: environment }).connectionOptions.address);
  } catch {
    return false; // Not installed yet, or a configuration that the command itself will complain of.
  }
}
