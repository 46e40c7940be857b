import type { BenchOptions } from '../options.ts';
export async function runPeers(_o: BenchOptions, _root: string, _folder: string): Promise<void> {}
