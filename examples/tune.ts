import { loadConfig, runSession } from 'arbtune';

/** A session from a script: `node examples/tune.ts [config.yaml] [iterations]`. Prints each trial and the best params. */

const [config = 'configs/tuning/advanced_baseline.yaml', iterations = '10'] = process.argv.slice(2);
const { spec, sources } = await loadConfig(config, { iterations: Number(iterations), workers: 2 });

const outcome = await runSession(spec, {
  workerId: 'example',
  dataRoot: sources.root,
  onEvent(event) {
    if (event.kind === 'trial') console.log(`trial ${event.trial.iteration}: ${event.trial.objective}`);
  },
});

console.log('best', outcome.best?.params, outcome.best?.objective);
console.log('results', outcome.csv);
