import { type Document, isCollection, isNode, visit, type YAMLError } from 'yaml';
import type { Findings } from './findings.ts';
import type { IssueCode } from './issue.ts';

/** The parser's own errors in words that say what is allowed and how to mend it. */

interface Explained {
  readonly code: IssueCode;
  readonly message: string;
  readonly hint?: string;
  /** A better place than the parser's. */
  readonly offset?: number;
}

/** Reports every syntax error; true when there is one. */
export function reportSyntax(document: Document, text: string, findings: Findings): boolean {
  const deep = document.errors.find((error) => error.code === 'RESOURCE_EXHAUSTION');
  if (deep) {
    findings.addAt(0, {
      path: [],
      code: 'TOO_DEEP',
      message: 'the document is nested too deeply to be read',
    });
    return true;
  }
  for (const error of document.errors) {
    const { offset = error.pos[0], ...explained } = explain(error, document, text, findings);
    findings.addAt(offset, { path: [], ...explained });
  }
  const directive = text.match(/^%[A-Z]+.*$/m);
  if (document.errors.length === 0 && directive && document.directives?.yaml.explicit) {
    const message = `the directive ${directive[0].trim()} is not allowed: configs are YAML 1.2`;
    findings.addAt(directive.index ?? 0, { path: [], code: 'SYNTAX', message, hint: 'Remove the line' });
    return true;
  }
  return document.errors.length > 0;
}

function explain(error: YAMLError, document: Document, text: string, findings: Findings): Explained {
  switch (error.code) {
    case 'TAB_AS_INDENT':
      return { code: 'TAB', message: 'tabs are not allowed as indentation', hint: 'Indent with spaces' };
    case 'MULTIPLE_DOCS':
      return {
        code: 'MANY_DOCUMENTS',
        message: 'a second document starts here; one document per file is allowed',
        hint: 'Remove the line `---` and what belongs to another file',
      };
    case 'BAD_SCALAR_START':
      return {
        code: 'SYNTAX',
        message: `a value cannot start with ${text[error.pos[0]] ?? 'this character'}`,
        hint: 'Put the value in quotes',
      };
    case 'BLOCK_AS_IMPLICIT_KEY':
    case 'MULTILINE_IMPLICIT_KEY':
      return {
        code: 'SYNTAX',
        message: 'a mapping cannot start in the middle of a value',
        hint: 'Check the indentation and the space after each colon, or put the value in quotes',
      };
    default:
      return unclosed(error, document, text, findings) ?? other(error);
  }
}

/** A list, mapping or text that is opened and never closed: the place where it is opened is what helps. */
function unclosed(
  error: YAMLError,
  document: Document,
  text: string,
  findings: Findings,
): Explained | undefined {
  const quote = error.message.match(/^Missing closing (.)/);
  const closing = quote?.[1] ?? error.message.match(/^Flow .* end with a (.)$/)?.[1];
  if (closing === undefined) return undefined;
  let opened: number | undefined;
  visit(document, (_key, node) => {
    if (!isNode(node) || !node.range || node.range[0] > error.pos[0]) return;
    const opening = quote ? closing : closing === ']' ? '[' : '{';
    const isOpener = text[node.range[0]] === opening && (quote !== null || isCollection(node));
    // The innermost, and the last to be opened, that does not end with what should close it.
    if (isOpener && (quote !== null || text[node.range[1] - 1] !== closing)) opened = node.range[0];
  });
  if (opened === undefined) return { code: 'UNCLOSED', message: `missing ${closing}` };
  if (quote) {
    const message = `missing ${closing}: the text that starts here is not closed`;
    return { code: 'UNCLOSED', message, offset: opened };
  }
  const { line, column } = findings.positionAt(opened);
  const message = `missing ${closing}: what ${text[opened]} opened at ${line}:${column} is not closed`;
  return { code: 'UNCLOSED', message };
}

function other(error: YAMLError): Explained {
  if (error.message.startsWith('Block scalar header')) {
    const message = '> and | start a block of text';
    return { code: 'SYNTAX', message, hint: "Put a value that starts with them in quotes, '>= 0'" };
  }
  return { code: 'SYNTAX', message: `not valid YAML: ${error.message.split('\n')[0]}` };
}
