/**
 * Does work once at a time, and again where it was asked for meanwhile: the last time begins after the last asking. The
 * promise of an asking that found it under way settles at once.
 */
export function latest(work: () => Promise<void>): () => Promise<void> {
  let isWanted = false;
  let isRunning = false;
  return async () => {
    isWanted = true;
    if (isRunning) return;
    isRunning = true;
    try {
      while (isWanted) {
        isWanted = false;
        await work();
      }
    } finally {
      isRunning = false;
    }
  };
}
