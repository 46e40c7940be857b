/** Whether the worker of this container takes work: `node healthcheck.mjs <port>`, with the worker's environment. */

const token = process.env.ARBTUNE_HEALTH_TOKEN;
const answer = await fetch(`http://127.0.0.1:${process.argv[2]}/readyz`, {
  headers: token ? { authorization: `Bearer ${token}` } : {},
  signal: AbortSignal.timeout(4_000),
});
console.log((await answer.text()).trim());
process.exitCode = answer.ok ? 0 : 1;
