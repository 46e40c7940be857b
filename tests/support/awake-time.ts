/** How long something takes that this process does, on a machine that may hold the process up for any while. */

const TICK_MS = 50;

/** Resolves, when the work has ended in whatever way, with the milliseconds that this process was awake for meanwhile. */
export async function awakeMs(work: Promise<unknown>): Promise<number> {
  let ticks = 0;
  // A timer that is late, however late, fires once.
  const timer = setInterval(() => {
    ticks += 1;
  }, TICK_MS);
  try {
    await work;
  } catch {
    // Who gave it looks at how it ended.
  } finally {
    clearInterval(timer);
  }
  return ticks * TICK_MS;
}
