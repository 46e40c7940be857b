import { z } from 'zod';
import { type Finding, type Findings, MOST_KEPT } from './findings.ts';
import { nearestName } from './nearest.ts';
import type { DataPath } from './yaml-source.ts';

/** Checks data against a zod schema and puts what is wrong into the words and places of a config file. */

/** The parsed data, or undefined when `findings` has got errors. */
export function parseWith<S extends z.ZodType>(
  schema: S,
  data: unknown,
  findings: Findings,
): z.output<S> | undefined {
  const result = schema.safeParse(data, { error: allowedPhrase });
  if (result.success) return result.data;
  for (const issue of result.error.issues) report(issue, [], data, findings);
  return undefined;
}

/**
 * What is allowed, as a noun phrase: the message of every zod issue here. Schemas that give their own
 * message give such a phrase too.
 */
function allowedPhrase(issue: z.core.$ZodRawIssue): string {
  switch (issue.code) {
    case 'unrecognized_keys':
      return knownKeys(issue.inst).join(', ');
    case 'invalid_value':
      return issue.values.map(String).join(' | ');
    case 'invalid_union':
      return Array.isArray(issue.options)
        ? issue.options.map(String).join(' | ')
        : 'one of the forms allowed';
    case 'too_small':
    case 'too_big':
      return sizePhrase(issue);
    case 'invalid_type':
      return TYPE_PHRASES[issue.expected] ?? `a ${issue.expected}`;
    case 'invalid_format':
      return issue.pattern ? `text like ${issue.pattern}` : `text in the form ${issue.format}`;
    default:
      return issue.message ?? 'something else';
  }
}

const TYPE_PHRASES: Readonly<Record<string, string>> = {
  number: 'a number',
  int: 'a whole number',
  string: 'text',
  boolean: 'true or false',
  array: 'a list',
  tuple: 'a list',
  object: 'a mapping',
  record: 'a mapping',
};

function sizePhrase(issue: z.core.$ZodRawIssue<z.core.$ZodIssueTooSmall | z.core.$ZodIssueTooBig>): string {
  const [limit, sign] =
    issue.code === 'too_small'
      ? [issue.minimum, issue.inclusive ? '>=' : '>']
      : [issue.maximum, issue.inclusive ? '<=' : '<'];
  if (issue.origin === 'array')
    return `a list of ${issue.code === 'too_small' ? 'at least' : 'at most'} ${limit}`;
  if (issue.origin === 'string')
    return `text of ${issue.code === 'too_small' ? 'at least' : 'at most'} ${limit} characters`;
  return `a number ${sign} ${limit}`;
}

function knownKeys(schema: unknown): string[] {
  return schema instanceof z.ZodObject ? Object.keys(schema.shape) : [];
}

function report(issue: z.core.$ZodIssue, base: DataPath, data: unknown, findings: Findings): void {
  const path: DataPath = [
    ...base,
    ...issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part)),
  ];
  if (issue.code === 'unrecognized_keys') {
    for (const key of issue.keys.slice(0, MOST_KEPT))
      findings.add(unknownKey([...path, key], issue.message.split(', ')));
    return;
  }
  if (issue.code === 'invalid_union' && issue.errors.length > 0) {
    const branch = closestBranch(issue.errors, valueAt(data, path));
    if (branch) {
      for (const inner of branch) report(inner, path, data, findings);
      return;
    }
  }
  const allowed = issue.code === 'invalid_key' ? (issue.issues[0]?.message ?? 'another form') : issue.message;
  if (issue.code === 'custom') {
    findings.add({ path, code: 'CONFLICT', message: allowed });
    return;
  }
  if (issue.code === 'invalid_key') {
    findings.add({ path, at: 'key', code: 'BAD_KEY', message: `expected a name of ${allowed}` });
  } else {
    findings.add(valueFinding(path, valueAt(data, path), allowed));
  }
}

function unknownKey(path: DataPath, known: readonly string[]): Finding {
  const nearest = nearestName(String(path.at(-1)), known);
  const hint = nearest === undefined ? undefined : `Did you mean ${nearest}?`;
  return {
    path,
    at: 'key',
    code: 'UNKNOWN_KEY',
    message: `unknown key; known here: ${known.join(', ')}`,
    hint,
  };
}

function valueFinding(path: DataPath, value: unknown, allowed: string): Finding {
  if (value === undefined)
    return { path, at: 'key', code: 'MISSING', message: `missing; expected ${allowed}` };
  const message = `expected ${allowed}, got ${shown(value)}`;
  return { path, code: 'BAD_VALUE', message, hint: mend(value, allowed) };
}

/** What a value that was nearly right should have been. */
function mend(value: unknown, allowed: string): string | undefined {
  if (typeof value !== 'string') return undefined;
  const choices = allowed.split(' | ');
  if (choices.length > 1) {
    const nearest = nearestName(value, choices);
    return nearest === undefined ? undefined : `Did you mean ${nearest}?`;
  }
  return /number/.test(allowed) ? mendNumber(value) : undefined;
}

function mendNumber(text: string): string | undefined {
  const bare = text.trim().replace(/\s*(%|[A-Za-z]+)$/, '');
  const plain = /^[-+]?\d+,\d+$/.test(bare)
    ? bare.replace(',', '.')
    : bare.replaceAll(/(?<=\d)[_ ](?=\d)/g, '');
  if (plain === '' || !Number.isFinite(Number(plain))) return undefined;
  return bare === text.trim() ? `Write ${plain}` : 'Write the number alone, in the unit of the key';
}

/** The branch of a union that the value was meant for: the one whose complaints lie inside it, not about its kind. */
function closestBranch(
  branches: readonly (readonly z.core.$ZodIssue[])[],
  value: unknown,
): readonly z.core.$ZodIssue[] | undefined {
  if (typeof value !== 'object' || value === null) return undefined;
  return branches.find((issues) =>
    issues.every((issue) => issue.path.length > 0 || issue.code === 'unrecognized_keys'),
  );
}

function valueAt(data: unknown, path: DataPath): unknown {
  let value = data;
  for (const part of path) {
    if (typeof value !== 'object' || value === null || !Object.hasOwn(value, part)) return undefined;
    value = (value as Record<string | number, unknown>)[part];
  }
  return value;
}

/** A value as a message shows it: short, and with its kind where that is what is wrong. */
function shown(value: unknown): string {
  if (value === null) return 'nothing';
  if (Array.isArray(value)) return value.length === 0 ? 'an empty list' : `a list of ${value.length}`;
  if (typeof value === 'object') return 'a mapping';
  const text = typeof value === 'string' ? `the text ${JSON.stringify(value)}` : String(value);
  return text.length > 80 ? `${text.slice(0, 77)}...` : text;
}
