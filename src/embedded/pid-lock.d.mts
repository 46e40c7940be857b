/** Runs the work while holding the file; `onWait` is told once of the living process that holds it. */
export function exclusively<T>(
  file: string,
  work: () => T | Promise<T>,
  onWait?: (pid: number) => void,
): Promise<T>;
