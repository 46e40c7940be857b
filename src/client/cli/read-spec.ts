import { loadConfig } from '../../config/load-config.ts';
import { parseParams } from '../../config/params.ts';
import type { SessionSpec } from '../../config/session-spec.ts';
import { arbtuneHome, homeLayout, makePrivateFolder } from '../../embedded/home.ts';
import { ArbtuneError } from '../../errors.ts';
import type { Params } from '../../search-space/space.ts';
import { warmStart } from '../warm-start.ts';
import { options } from './options.ts';
import type { Output } from './output.ts';
import { type PlaceFlags, withStore } from './place.ts';

/** The session that a command's flags describe: its config, what they say over it, and the trials it learns from. */

export interface SpecFlags {
  readonly config: string;
  readonly iterations?: number;
  readonly workers?: number;
  readonly optimizer?: SessionSpec['optimizer']['method'];
  readonly acquisition?: NonNullable<SessionSpec['optimizer']['acquisition']>;
  readonly ordering?: SessionSpec['ordering'];
  readonly seed?: number;
  readonly enqueue?: readonly string[];
  readonly warmStart?: readonly string[];
  readonly warmStartAnyway?: boolean;
}

export const specOptions = [
  options.config,
  options.iterations,
  options.workers,
  options.optimizer,
  options.acquisition,
  options.ordering,
  options.seed,
  options.enqueue,
  options.warmStart,
  options.warmStartAnyway,
];
/** The session that the flags describe, and the folder of its data files. */
export async function readSpec(
  flags: SpecFlags & PlaceFlags,
  output: Output,
): Promise<{ spec: SessionSpec; dataRoot: string; enqueue: Params[] }> {
  refuseOtherModes(flags.mode);
  const { spec, warnings, sources } = await loadConfig(flags.config, flags);
  for (const warning of warnings) output.note(warning);
  const enqueue = (flags.enqueue ?? []).map((text) => parseParams(text, spec.space));
  return {
    spec: await withEarlierTrials(spec, sources.root, flags, output),
    dataRoot: sources.root,
    enqueue,
  };
}

async function withEarlierTrials(
  spec: SessionSpec,
  root: string,
  flags: SpecFlags & PlaceFlags,
  output: Output,
): Promise<SessionSpec> {
  const { warmStart: sources, warmStartAnyway: anyway = false } = flags;
  if (sources === undefined) {
    if (anyway) throw new ArbtuneError('input', '--warm-start-anyway: expected --warm-start beside it');
    return spec;
  }
  const home = arbtuneHome(process.env);
  makePrivateFolder(home);
  return await withStore(flags, async (store) => {
    const location = { root, cacheDir: homeLayout(home).cacheFolder };
    const warm = await warmStart(spec, sources, { store, location, anyway });
    output.note(warm.note);
    return warm.spec;
  });
}

export function refuseOtherModes(mode: string): void {
  if (mode === 'paper') return;
  throw new ArbtuneError(
    'input',
    `--mode ${mode} is not available yet: arbtune tunes on its paper engine only; use --mode paper`,
  );
}
