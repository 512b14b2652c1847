// Reads one TypeScript file into the facts that the house rules judge: its imports, functions, nodes and first comment.
import { readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { parseSync } from 'oxc-parser';

/** A syntax node as the rules see it: a type, a place in the text, and whatever else the parser puts there. */
export interface SyntaxNode {
  type: string;
  start: number;
  end: number;
  [key: string]: unknown;
}

export interface Import {
  specifier: string;
  line: number;
  /** Path from the project root when the specifier is relative. */
  target: string | undefined;
}

export interface FunctionFact {
  name: string;
  line: number;
  lines: number;
  params: SyntaxNode[];
  /** False for a function written as an argument or property value: whoever calls it chose its parameters. */
  ownSignature: boolean;
}

export interface Source {
  /** Path from the project root, with slashes. */
  path: string;
  lines: number;
  statements: SyntaxNode[];
  nodes: { node: SyntaxNode; line: number }[];
  imports: Import[];
  functions: FunctionFact[];
  /** The comment that the file opens with, joined to one line; empty when it opens with something else. */
  firstComment: string;
  syntaxErrors: string[];
}

/** One broken rule: where, which, and what to do. */
export interface Violation {
  path: string;
  line: number;
  rule: string;
  advice: string;
}

export function readSource(root: string, path: string): Source {
  const text = readFileSync(join(root, path), 'utf8');
  const parsed = parseSync(path, text);
  const lineOf = createLineFinder(text);
  const program = parsed.program as unknown as { body: SyntaxNode[] };
  const source: Source = {
    path,
    lines: text.split('\n').length - (text.endsWith('\n') ? 1 : 0),
    statements: program.body,
    nodes: [],
    imports: [],
    functions: [],
    firstComment: firstComment(text),
    syntaxErrors: parsed.errors.map((error) => error.message),
  };
  for (const statement of program.body) {
    walk(statement, [], (node, parents) => {
      source.nodes.push({ node, line: lineOf(node.start) });
      const specifier = importedFrom(node);
      if (specifier !== undefined) {
        source.imports.push({ specifier, line: lineOf(node.start), target: toTarget(path, specifier) });
      }
      if (isFunctionWithBody(node)) source.functions.push(toFunctionFact(node, parents, lineOf));
    });
  }
  return source;
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === 'object' && value !== null && typeof (value as SyntaxNode).type === 'string';
}

type FindLine = (offset: number) => number;

type Visit = (node: SyntaxNode, parents: SyntaxNode[]) => void;

function walk(node: SyntaxNode, parents: SyntaxNode[], visit: Visit): void {
  visit(node, parents);
  const path = [...parents, node];
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) walk(child, path, visit);
  }
}

function createLineFinder(text: string): FindLine {
  const starts = [0];
  for (let at = text.indexOf('\n'); at !== -1; at = text.indexOf('\n', at + 1)) starts.push(at + 1);
  return (offset) => {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >> 1;
      if ((starts[middle] ?? 0) <= offset) low = middle;
      else high = middle;
    }
    return low + 1;
  };
}

function importedFrom(node: SyntaxNode): string | undefined {
  const imports = [
    'ImportDeclaration',
    'ExportAllDeclaration',
    'ExportNamedDeclaration',
    'ImportExpression',
    'TSImportType',
  ];
  if (!imports.includes(node.type) || !isNode(node['source'])) return undefined;
  const value = node['source']['value'];
  return typeof value === 'string' ? value : undefined;
}

function toTarget(path: string, specifier: string): string | undefined {
  return specifier.startsWith('.') ? posix.join(posix.dirname(path), specifier) : undefined;
}

function isFunctionWithBody(node: SyntaxNode): boolean {
  const functions = ['FunctionDeclaration', 'FunctionExpression', 'ArrowFunctionExpression'];
  return functions.includes(node.type) && isNode(node['body']) && node['body'].type === 'BlockStatement';
}

function toFunctionFact(node: SyntaxNode, parents: SyntaxNode[], lineOf: FindLine): FunctionFact {
  const parent = parents.at(-1);
  const named = ['MethodDefinition', 'PropertyDefinition', 'VariableDeclarator'].includes(parent?.type ?? '');
  return {
    name: nameOf(node['id']) ?? nameOf(parent?.['key']) ?? nameOf(parent?.['id']) ?? 'a function',
    line: lineOf(node.start),
    lines: lineOf(node.end) - lineOf(node.start) + 1,
    params: Array.isArray(node['params']) ? node['params'].filter(isNode) : [],
    ownSignature: node.type === 'FunctionDeclaration' || named,
  };
}

function nameOf(value: unknown): string | undefined {
  return isNode(value) && typeof value['name'] === 'string' ? value['name'] : undefined;
}

function firstComment(text: string): string {
  const body = text.replace(/^#!.*\n/, '');
  const lineComment = /^(?:\/\/.*\n)+/.exec(body)?.[0].replace(/^\/\/ ?/gm, '');
  const blockComment = /^\/\*[\s\S]*?\*\//.exec(body)?.[0].replace(/^\/\*+|\*\/$|^\s*\* ?/gm, '');
  return (lineComment ?? blockComment ?? '').replace(/\s+/g, ' ').trim();
}
