import {
  type Document,
  isAlias,
  isMap,
  isNode,
  isPair,
  isScalar,
  isSeq,
  type Node,
  type Pair,
  type Scalar,
} from 'yaml';
import type { Findings } from './findings.ts';
import type { DataPath } from './yaml-source.ts';

/** What YAML itself allows and a config should not: a key twice, tags, numbers that are not what they look like, deep nests. */

/** Configs are five levels deep; more than this is an attack or a mistake. */
const MAX_DEPTH = 40;

const PLAIN_TAG = /^(?:tag:yaml\.org,2002:|!!)(?:str|int|float|bool|null|map|seq)$/;

/** Reports what is wrong with the values of a well-formed document. False when it must not be turned into data. */
export function checkDocument(document: Document, findings: Findings): boolean {
  let sound = true;
  const onPath = new Set<Node>();

  const visit = (node: unknown, path: DataPath): void => {
    if (!sound || !isNode(node)) return;
    if (path.length > MAX_DEPTH) {
      sound = false;
      findings.addAt(offsetOf(node), {
        path: [],
        code: 'TOO_DEEP',
        message: `nested deeper than ${MAX_DEPTH} levels`,
      });
      return;
    }
    if (isAlias(node)) {
      sound = checkAlias(document, node, path, onPath, findings) && sound;
      return;
    }
    checkTag(node, path, findings);
    if (isScalar(node)) checkNumber(node, path, findings);
    onPath.add(node);
    if (isSeq(node)) {
      node.items.forEach((item, index) => {
        visit(item, [...path, index]);
      });
    }
    if (isMap(node)) visitMembers(node.items, path);
    onPath.delete(node);
  };

  const visitMembers = (pairs: readonly Pair[], path: DataPath): void => {
    const seen = new Map<string, Node>();
    for (const pair of pairs) {
      if (!isPair(pair) || !isNode(pair.key)) continue;
      const name = checkKey(pair.key, path, findings);
      if (name === undefined) {
        sound = false;
        continue;
      }
      const first = seen.get(name);
      if (first) {
        const { line, column } = findings.positionAt(offsetOf(first));
        const message = `this key is already defined at ${line}:${column}`;
        findings.addAt(offsetOf(pair.key), {
          path: [...path, name],
          code: 'DUPLICATE_KEY',
          message,
          hint: 'Remove one of the two',
        });
      } else {
        seen.set(name, pair.key);
      }
      visit(pair.value, [...path, name]);
    }
  };

  visit(document.contents, []);
  return sound;
}

/** The key's name; undefined, and an issue, for a key that is not a name. */
function checkKey(key: Node, path: DataPath, findings: Findings): string | undefined {
  const name = isScalar(key) && typeof key.value !== 'object' ? String(key.value) : undefined;
  if (name !== undefined && name !== '__proto__') return name;
  const what = name === undefined ? 'a key must be a plain name' : `the key "${name}" is not allowed`;
  findings.addAt(offsetOf(key), { path, code: 'BAD_KEY', message: what });
  return undefined;
}

function checkAlias(
  document: Document,
  alias: Node & { resolve(document: Document): Node | undefined; source: string },
  path: DataPath,
  onPath: ReadonlySet<Node>,
  findings: Findings,
): boolean {
  const target = alias.resolve(document);
  if (target !== undefined && !onPath.has(target)) return true;
  const message =
    target === undefined
      ? `the alias *${alias.source} has no anchor (&${alias.source}) before it`
      : `the alias *${alias.source} refers to what it is part of`;
  findings.addAt(offsetOf(alias), { path, code: 'ALIAS', message });
  return false;
}

function checkTag(node: Node, path: DataPath, findings: Findings): void {
  const tag = 'tag' in node ? node.tag : undefined;
  if (typeof tag !== 'string' || PLAIN_TAG.test(tag)) return;
  const shown = tag.replace('tag:yaml.org,2002:', '!!');
  findings.addAt(offsetOf(node), {
    path,
    code: 'TAG',
    message: `the tag ${shown} is not allowed: configs hold plain values only`,
    hint: 'Remove the tag',
  });
}

function checkNumber(node: Scalar, path: DataPath, findings: Findings): void {
  if (typeof node.value !== 'number') return;
  const source = node.source ?? String(node.value);
  if (!Number.isFinite(node.value)) {
    findings.add({
      path,
      code: 'NOT_FINITE',
      message: `expected a finite number, got ${source}`,
    });
  } else if (/^[-+]?\d+$/.test(source) && !Number.isSafeInteger(node.value)) {
    const message = `expected a whole number up to 2^53 - 1, got ${source}, which would be rounded to ${BigInt(node.value)}`;
    findings.add({ path, code: 'ROUNDED', message });
  } else if (/^[-+]?0\d+$/.test(source)) {
    const message = `${source} is read as ${node.value}; elsewhere a leading 0 means octal`;
    findings.add({ path, code: 'SUSPICIOUS', message, hint: `Write ${node.value}`, severity: 'warning' });
  }
}

function offsetOf(node: Node): number {
  return node.range?.[0] ?? 0;
}
