import { simulate } from './simulate.ts';

/** Prints what the pruner gets wrong and what it spares: `npm run bench:pruner`. */

console.log('| allowed error | scenarios | spread of trials | drift | winners pruned | scenarios spared |');
console.log('| --- | --- | --- | --- | --- | --- |');
const percent = (share: number): string => `${(100 * share).toFixed(1)} %`;
for (const maxError of [0.05, 0.1, 0.2]) {
  for (const scenarios of [3, 8]) {
    for (const spread of [0.5, 2]) {
      for (const drift of [0, 0.05]) {
        const { errorRate, spared } = simulate({ maxError, scenarios, spread, drift });
        console.log(
          `| ${maxError} | ${scenarios} | ${spread} | ${drift} | ${percent(errorRate)} | ${percent(spared)} |`,
        );
      }
    }
  }
}
