import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';

/** Tells a process from a later one that got the same pid: a pid alone is no name for a process. */

export interface ProcessIdentity {
  readonly pid: number;
  /** Opaque: when the process began, within one boot of the machine. */
  readonly began: string;
}

/** Undefined when no such process runs (a zombie counts as ended). */
export function identifyProcess(pid: number): ProcessIdentity | undefined {
  const began = process.platform === 'linux' ? beganOnLinux(pid) : beganByPs(pid);
  return began === undefined ? undefined : { pid, began };
}

export function isRunning(identity: ProcessIdentity): boolean {
  return identifyProcess(identity.pid)?.began === identity.began;
}

/** Sends a signal only when the pid still belongs to that process. Returns whether it did. */
export function signalProcess(identity: ProcessIdentity, signal: NodeJS.Signals): boolean {
  if (!isRunning(identity)) return false;
  try {
    return process.kill(identity.pid, signal);
  } catch {
    return false;
  }
}

function beganOnLinux(pid: number): string | undefined {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    // The command, in brackets, may hold spaces; the fields after it are state (3), … num_threads (20), … starttime (22).
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    // A zombie with threads is still on its way out, and still has its ports and files.
    const hasEnded = fields[0] === 'X' || (fields[0] === 'Z' && Number(fields[17]) <= 1);
    if (hasEnded) return undefined;
    return `${readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()}:${fields[19]}`;
  } catch {
    return undefined;
  }
}

function beganByPs(pid: number): string | undefined {
  try {
    const line = execFileSync('ps', ['-o', 'stat=,lstart=', '-p', String(pid)], { encoding: 'utf8' }).trim();
    return line === '' || line.startsWith('Z') ? undefined : line.replace(/^\S+\s+/, '');
  } catch {
    return undefined;
  }
}

/** The processes whose command line has all of these arguments. */
export function processesWithArguments(expected: readonly string[]): ProcessIdentity[] {
  const pids = process.platform === 'linux' ? matchOnLinux(expected) : matchByPs(expected);
  return pids.flatMap((pid) => identifyProcess(pid) ?? []);
}

function matchOnLinux(expected: readonly string[]): number[] {
  const pids = readdirSync('/proc').map(Number).filter(Number.isInteger);
  return pids.filter((pid) => {
    try {
      const found = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
      return expected.every((argument) => found.includes(argument));
    } catch {
      return false; // Ended meanwhile, or not ours to see.
    }
  });
}

function matchByPs(expected: readonly string[]): number[] {
  const lines = execFileSync('ps', ['-axww', '-o', 'pid=,command='], { encoding: 'utf8' }).split('\n');
  const matching = lines.filter((line) =>
    expected.every((argument) => ` ${line} `.includes(` ${argument} `)),
  );
  return matching.map((line) => Number.parseInt(line, 10));
}
