import { workflowBundle } from '../src/worker/workflow-bundle.ts';

/** Builds the workflow bundle when it is stale; set-up runs it so that no worker has to. */

console.log(await workflowBundle());
