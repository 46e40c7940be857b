import type { ConfigIssue } from './issue.ts';

/** Issues as people read them: `file:line:col: error CODE: path: what; what is allowed. fix.`, the source line, and a caret under the place. */

const MAX_WIDTH = 120;

export function formatIssues(issues: readonly ConfigIssue[]): string {
  return issues.map(formatIssue).join('\n');
}

export function formatIssue(issue: ConfigIssue): string {
  const place = [issue.source, issue.line, issue.column].filter((part) => part !== undefined).join(':');
  const fix = issue.hint === undefined ? '' : ` ${sentence(issue.hint)}`;
  const subject = issue.path === '' ? '' : `${issue.path}: `;
  const what = `${subject}${sentence(issue.message)}${fix}`;
  const headline = printable(`${place}: ${issue.severity} ${issue.code}: ${what}`);
  if (issue.excerpt === undefined || issue.line === undefined || issue.column === undefined) return headline;
  return `${headline}\n${excerptWithCaret(issue.excerpt, issue.line, issue.column)}`;
}

function sentence(text: string): string {
  return text.endsWith('?') ? text : `${text}.`;
}

/** `  12 | seed: 5x` and a caret below; a long line is cut around the place. */
function excerptWithCaret(text: string, line: number, column: number): string {
  const start = Math.max(0, Math.min(column - MAX_WIDTH / 2, text.length - MAX_WIDTH));
  const shown = printable(text.slice(start, start + MAX_WIDTH));
  const gutter = `  ${line} | `;
  return `${gutter}${shown}\n${' '.repeat(gutter.length - 2)}| ${' '.repeat(column - 1 - start)}^`;
}

/** One visible character for each: a caret below keeps its place and nothing reaches the terminal as a command. */
function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what this is about
  return text.replaceAll('\t', '→').replaceAll(/[\u0000-\u001f\u007f-\u009f]/g, '·');
}
