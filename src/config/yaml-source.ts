import { type Document, isMap, isNode, isPair, type Node, type Pair, parseDocument } from 'yaml';
import { Findings } from './findings.ts';
import { checkDocument } from './yaml-checks.ts';
import { reportSyntax } from './yaml-syntax.ts';

/** A YAML text as data plus the places of everything in it. What YAML allows and a config should not is refused here. */

export interface YamlSource {
  readonly findings: Findings;
  /** The document as plain data; undefined when it cannot be read at all (then `findings` says why). */
  readonly data: unknown;
}

/** As many uses of anchors as any honest config has; more is an expansion attack. */
const MAX_ALIASES = 100;

/** Reads one document. Never throws: whatever is wrong is in `findings`. `source` is the file as people know it. */
export function parseYaml(source: string, text: string): YamlSource {
  if (isTooDeep(text)) {
    const findings = new Findings(source, text, () => ({}));
    findings.addAt(0, { path: [], code: 'TOO_DEEP', message: `nested deeper than ${MAX_NESTING} levels` });
    return { findings, data: undefined };
  }
  // Duplicate keys are found by our own walk: it names both places and goes on.
  const document = parseDocument(text, {
    prettyErrors: false,
    uniqueKeys: false,
    version: '1.2',
    logLevel: 'error',
  });
  const findings = new Findings(source, text, (path) => locate(document, path));
  if (reportSyntax(document, text, findings)) return { findings, data: undefined };
  if (document.contents === null || text.trim() === '') {
    const hint = 'Start from configs/tuning/advanced_baseline.yaml';
    findings.add({
      path: [],
      code: 'EMPTY_DOCUMENT',
      message: 'the document is empty; expected a mapping',
      hint,
    });
    return { findings, data: undefined };
  }
  if (!isMap(document.contents)) {
    const got = document.contents !== null && 'items' in document.contents ? 'a list' : 'a single value';
    findings.add({
      path: [],
      code: 'BAD_VALUE',
      message: `expected a mapping (key: value) at the top, got ${got}`,
    });
    return { findings, data: undefined };
  }
  if (!checkDocument(document, findings)) return { findings, data: undefined };
  try {
    return { findings, data: document.toJS({ maxAliasCount: MAX_ALIASES }) };
  } catch {
    const message = `the aliases (*name) expand to more than ${MAX_ALIASES} copies`;
    findings.add({ path: [], code: 'ALIAS', message, hint: 'Write the values out' });
    return { findings, data: undefined };
  }
}

/** Levels that the text alone shows; far above what checkDocument allows, which counts what is really nested. */
const MAX_NESTING = 500;

/** Whether the parser, which recurses, would be kept busy with nothing but nesting: brackets and dashes tell. */
function isTooDeep(text: string): boolean {
  if (/(?:[-?][ \t]+){500}/.test(text)) return true;
  let depth = 0;
  for (const [bracket] of text.matchAll(/[[{}\]]/g)) {
    depth = Math.max(0, depth + (bracket === '[' || bracket === '{' ? 1 : -1));
    if (depth > MAX_NESTING) return true;
  }
  return false;
}

export interface Place {
  /** The key's node, where the place is a member of a mapping. */
  readonly key?: Node;
  readonly value?: Node;
}

export type DataPath = readonly (string | number)[];

/** The nodes at `path`, aliases followed; of the deepest ancestor that exists where nothing is written there. */
function locate(document: Document, path: DataPath): Place {
  let place: Place = isNode(document.contents) ? { value: document.contents } : {};
  for (const part of path) {
    const next = child(document, place.value, part);
    if (next === undefined) return place;
    place = next;
  }
  return place;
}

function child(document: Document, node: Node | undefined, part: string | number): Place | undefined {
  const target = node && 'resolve' in node ? node.resolve(document) : node;
  if (target === undefined || !('items' in target)) return undefined;
  if (!isMap(target)) {
    const item: unknown = target.items[Number(part)];
    return isNode(item) ? { value: item } : undefined;
  }
  // The last of two members with one key is the one whose value counts.
  const pair = target.items.findLast((item) => isPair(item) && keyName(item) === String(part));
  if (pair === undefined) return undefined;
  return {
    ...(isNode(pair.key) ? { key: pair.key } : {}),
    ...(isNode(pair.value) ? { value: pair.value } : {}),
  };
}

function keyName(pair: Pair): string {
  const key: unknown = pair.key;
  return isNode(key) && 'value' in key ? String(key.value) : String(key);
}
