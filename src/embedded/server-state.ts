import { readdirSync, readFileSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import type { HomeLayout } from './home.ts';
import type { ServerPorts } from './ports.ts';
import { identifyProcess, isRunning, type ProcessIdentity } from './process-identity.ts';

/**
 * What the processes of one user tell each other about their embedded server: which process it is, and who uses it.
 * Written only under the lock; a file that is missing or damaged means that nothing is known.
 */

const identitySchema = z.object({ pid: z.int().positive(), began: z.string() });
const portsSchema = z.object({ grpc: z.int(), ui: z.int(), http: z.int() });
const stateSchema = z.object({
  server: identitySchema,
  ports: portsSchema,
  durable: z.boolean(),
  /** Its last user has told it to end; it is not to be used any more. */
  stopping: z.boolean(),
});

export type ServerState = z.infer<typeof stateSchema>;

type Files = HomeLayout['temporal'];

export function readState(files: Files): ServerState | undefined {
  return readJson(files.state, stateSchema);
}

/** The server that can be used now, by the state file; a stale file is as good as none. */
export function readRunningServer(files: Files): ServerState | undefined {
  const state = readState(files);
  return state && !state.stopping && isRunning(state.server) ? state : undefined;
}

export function writeState(files: Files, state: ServerState): void {
  writeJson(files.state, state);
  writeJson(files.ports, state.ports);
}

export function forgetState(files: Files): void {
  rmSync(files.state, { force: true });
}

export function readPorts(files: Files): ServerPorts | undefined {
  return readJson(files.ports, portsSchema);
}

/** Says that this process uses the server. The name is unique: one process may hold several leases. */
export function writeLease(files: Files, id: string): string {
  const file = join(files.leases, `${id}.json`);
  const self = identifyProcess(process.pid);
  writeJson(file, self ?? { pid: process.pid, began: '' });
  return file;
}

/** The leases of living processes; those of dead ones are cleared away. */
export function liveLeases(files: Files): ProcessIdentity[] {
  const names = readdirSync(files.leases).filter((name) => name.endsWith('.json'));
  return names.flatMap((name) => {
    const file = join(files.leases, name);
    const holder = readJson(file, identitySchema);
    if (holder && isRunning(holder)) return [holder];
    rmSync(file, { force: true });
    return [];
  });
}

function readJson<T>(file: string, schema: z.ZodType<T>): T | undefined {
  try {
    return schema.safeParse(JSON.parse(readFileSync(file, 'utf8'))).data;
  } catch {
    return undefined;
  }
}

/** In one step: a reader never sees half a file. */
function writeJson(file: string, value: unknown): void {
  const draft = `${file}.${process.pid}.draft`;
  writeFileSync(draft, `${JSON.stringify(value)}\n`, { mode: 0o600 });
  renameSync(draft, file);
}
