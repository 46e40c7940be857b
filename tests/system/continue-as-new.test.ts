import { join } from 'node:path';
import { expect, test } from 'vitest';
import { loadConfig } from '../../src/client/index.ts';
import { workflowIdOf } from '../../src/workflows/names.ts';
import { replay } from '../support/replay.ts';
import { quickConfig } from './support/configs.ts';
import { column, figures, iterations, readCsv } from './support/figures.ts';
import { sandbox } from './support/sandbox.ts';

const TRIALS = 150;

test('a session that goes on in new runs finds what it would have found in one, and every run replays', async () => {
  const machine = sandbox();
  await machine.worker('only');
  const client = await machine.client();
  const config = quickConfig(machine.folder, { method: 'bayesian', parallelism: 3 });
  const { spec } = await loadConfig(config, { iterations: TRIALS });
  const csvOf = (sessionId: string) => join(machine.folder, `${sessionId}.csv`);
  const start = (sessionId: string, options = {}) =>
    client.start(spec, { sessionId, csvPath: csvOf(sessionId), ...options });
  await start('whole');
  const { runId: firstRun } = await start('parts', { maxHistoryEvents: 30 });
  const [whole, parts] = await Promise.all([client.wait('whole'), client.wait('parts')]);

  expect(column(readCsv(csvOf('parts')), 'iteration')).toEqual(iterations(TRIALS));
  expect(figures(csvOf('parts'))).toEqual(figures(csvOf('whole')));
  expect(parts.best).toEqual(whole.best);

  const workflowId = workflowIdOf({ env: machine.name, mode: 'paper', sessionId: 'parts' });
  const last = await client.describe('parts');
  expect(last?.runId).not.toBe(firstRun);
  expect(last?.memo).toMatchObject({ specHash: spec.specHash, dataHash: spec.dataHash });
  expect(last?.searchAttributes).toMatchObject({
    ...{ ArbtuneSession: ['parts'], ArbtuneStatus: ['completed'], ArbtuneOptimizer: ['bayesian'] },
    ...{ ArbtuneMode: ['paper'], ArbtuneCompleted: [TRIALS], ArbtuneBest: [whole.best?.objective] },
  });

  let runs = 0;
  for (let runId: string | undefined | null = firstRun; runId; ) {
    const history = await client.temporal.workflow.getHandle(workflowId, runId).fetchHistory();
    await replay(history);
    runs += 1;
    runId = history.events?.at(-1)?.workflowExecutionContinuedAsNewEventAttributes?.newExecutionRunId;
  }
  expect(runs).toBeGreaterThan(2);
});
