import { workflowBundle } from '../src/worker/workflow-bundle.ts';

/**
 * Builds the workflow bundle when it is stale; set-up runs it so that no worker has to. With `--all` also the one of
 * workers that encrypt.
 */

console.log(await workflowBundle());
if (process.argv.includes('--all')) console.log(await workflowBundle({ encodesFailures: true }));
