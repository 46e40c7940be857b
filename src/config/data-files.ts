import { dirname, relative, resolve } from 'node:path';
import type { Findings } from './findings.ts';
import type { ScenarioFile } from './scenario-schema.ts';
import { dataFileProblem } from './text-file.ts';
import type { DataPath } from './yaml-source.ts';

/** The recordings that a scenario names: regular files under the root, relative to it once loaded. */

type Recording = NonNullable<ScenarioFile['data']>;

/** By what is written, the file relative to `root`. What cannot be used is put into `findings`. */
export async function checkDataFiles(
  data: Recording,
  scenarioPath: string,
  root: string,
  findings: Findings,
): Promise<Map<string, string>> {
  const files = new Map<string, string>();
  for (const [path, written] of dataFiles(data)) {
    const absolute = resolve(dirname(scenarioPath), written);
    const problem = await dataFileProblem(absolute, root);
    if (problem) findings.add({ path, ...problem });
    else files.set(written, relative(root, absolute).replaceAll('\\', '/'));
  }
  return files;
}

function dataFiles(data: Recording): [DataPath, string][] {
  const files: [DataPath, string][] = [];
  for (const key of ['upbit', 'binance', 'rate'] as const) {
    const source = data[key];
    if (typeof source === 'object' && 'file' in source) files.push([['data', key, 'file'], source.file]);
  }
  return files;
}

/** The recording with its files relative to the root. */
export function withFiles(data: Recording, files: ReadonlyMap<string, string>): Recording {
  const renamed = <T>(source: T): T =>
    typeof source === 'object' && source !== null && 'file' in source
      ? { ...source, file: files.get(String(source.file)) ?? source.file }
      : source;
  const { upbit, binance, rate } = data;
  return {
    upbit: renamed(upbit),
    binance: renamed(binance),
    ...(rate === undefined ? {} : { rate: renamed(rate) }),
  };
}
