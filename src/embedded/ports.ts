import { createHash, randomInt } from 'node:crypto';
import { connect, createServer } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';

/** Ports of the embedded server: the same ones every time where they are free, so that its Web UI keeps its address. */

export const LOOPBACK = '127.0.0.1';

export interface ServerPorts {
  readonly grpc: number;
  readonly ui: number;
  readonly http: number;
}

/** Below the range from which systems take the ports of outgoing connections, which could sit on a chosen one. */
const FIRST_PORT = 20_000;
const GROUPS = 3_000;
const GROUP_SIZE = 3;
const PATIENCE_MS = 3_000;

/** The remembered ports when all are free, else the first free group from a place that the home's path decides. */
export async function choosePorts(home: string, remembered: ServerPorts | undefined): Promise<ServerPorts> {
  if (remembered && (await becomeFree(remembered))) return remembered;
  const place = createHash('sha256').update(home).digest().readUInt32BE(0);
  for (let attempt = 0; attempt < GROUPS; attempt += 1) {
    const grpc = FIRST_PORT + GROUP_SIZE * ((place + attempt) % GROUPS);
    const ports = { grpc, ui: grpc + 1, http: grpc + 2 };
    if (await allFree(ports)) return ports;
  }
  throw new Error(`Found no three free ports between ${FIRST_PORT} and ${FIRST_PORT + GROUPS * GROUP_SIZE}`);
}

/** A server that was just ended may take a moment to let go; who uses it knows no other address. */
async function becomeFree(ports: ServerPorts): Promise<boolean> {
  const deadline = performance.now() + PATIENCE_MS;
  while (!(await allFree(ports))) {
    if (performance.now() > deadline) return false;
    await delay(50);
  }
  return true;
}

async function allFree(ports: ServerPorts): Promise<boolean> {
  return await areFree([ports.grpc, ports.ui, ports.http]);
}

async function areFree(ports: readonly number[]): Promise<boolean> {
  const free = await Promise.all(ports.map(isFree));
  return free.every(Boolean);
}

/** Any free ports, `count` in a row, for services that start at once and would else take one another's. */
export async function freePorts(count: number): Promise<number[]> {
  for (let attempt = 0; attempt < GROUPS; attempt += 1) {
    const first = FIRST_PORT + randomInt(GROUPS * GROUP_SIZE);
    const ports = Array.from({ length: count }, (_, i) => first + i);
    if (await areFree(ports)) return ports;
  }
  throw new Error(`Found no ${count} free ports in a row`);
}

function isFree(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, LOOPBACK, () => probe.close(() => resolve(true)));
  });
}

export function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect(port, LOOPBACK);
    const answer = (listening: boolean): void => {
      socket.destroy();
      resolve(listening);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}
