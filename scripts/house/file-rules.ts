// The house rules that look at one file alone: its name, size, opening sentence, imports' spelling and syntax.
import { builtinModules } from 'node:module';
import { basename, posix } from 'node:path';
import type { FunctionFact, Source, SyntaxNode, Violation } from './source.ts';
import { isNode } from './source.ts';

export const maxFileLines = 350;
export const maxFunctionLines = 80;

const emptyNames = ['util', 'utils', 'helper', 'helpers', 'common', 'manager', 'service', 'handler', 'base', 'types'];

type FileRule = (source: Source) => Violation[];

/** Tests are judged by the spelling rules only: a table of cases may be as long as it likes. */
export function checkFile(source: Source): Violation[] {
  const everywhere: FileRule[] = [checkSyntax, checkName, checkImportSpelling, checkStatements, checkNodes];
  const programs: FileRule[] = [checkOpening, checkSize, checkParameters];
  const rules = source.path.startsWith('tests/') ? everywhere : [...everywhere, ...programs];
  return rules.flatMap((rule) => rule(source));
}

function checkSyntax(source: Source): Violation[] {
  return source.syntaxErrors.map((message) => ({ path: source.path, line: 1, rule: 'syntax', advice: message }));
}

function checkName(source: Source): Violation[] {
  const at = { path: source.path, line: 1 };
  const name = basename(source.path).replace(/(\.(real|test))*\.ts$/, '');
  const violations: Violation[] = [];
  if (!/^[a-z0-9]+(-[a-z0-9]+)*$/.test(name)) {
    violations.push({ ...at, rule: 'file-name', advice: 'write the name in kebab-case' });
  }
  const empty = [...posix.dirname(source.path).split('/'), ...name.split('-')].find((word) =>
    emptyNames.includes(word)
  );
  if (empty) violations.push({ ...at, rule: 'file-name', advice: `name it after its main export, not "${empty}"` });
  return violations;
}

function checkImportSpelling(source: Source): Violation[] {
  return source.imports.flatMap(({ specifier, line }) => {
    const at = { path: source.path, line };
    if (specifier.startsWith('.') && !/\.(ts|json)$/.test(specifier)) {
      return [{ ...at, rule: 'import-extension', advice: `end '${specifier}' in .ts` }];
    }
    if (!specifier.startsWith('node:') && builtinModules.includes(specifier)) {
      return [{ ...at, rule: 'node-prefix', advice: `write 'node:${specifier}'` }];
    }
    return [];
  });
}

function checkStatements(source: Source): Violation[] {
  const isReexport = (node: SyntaxNode) =>
    node.type === 'ExportAllDeclaration' || (node.type === 'ExportNamedDeclaration' && isNode(node['source']));
  const exporting = source.statements.filter((node) => node.type !== 'ImportDeclaration');
  if (exporting.length === 0 || !exporting.every(isReexport)) return [];
  return [{
    path: source.path,
    line: 1,
    rule: 'no-barrel',
    advice: 'import from the files themselves and delete this one',
  }];
}

const nodeRules: Record<string, [rule: string, advice: string]> = {
  ExportDefaultDeclaration: ['no-default-export', 'export it by name'],
  TSEnumDeclaration: ['no-enum', 'use a union of string literals'],
  TSAnyKeyword: ['no-any', 'name the type, or use unknown and narrow it'],
  TSParameterProperty: ['no-parameter-property', 'declare the field and assign it'],
};

function checkNodes(source: Source): Violation[] {
  return source.nodes.flatMap(({ node, line }) => {
    const found = nodeRules[node.type] ?? ruleOfMember(node) ?? ruleOfCall(node, source.path);
    return found ? [{ path: source.path, line, rule: found[0], advice: found[1] }] : [];
  });
}

function ruleOfMember(node: SyntaxNode): [string, string] | undefined {
  const hidden = node['accessibility'] === 'private' || node['accessibility'] === 'protected';
  const isField = node.type !== 'TSParameterProperty' && node['kind'] !== 'constructor';
  return hidden && isField ? ['hash-private', 'use a #private name'] : undefined;
}

function ruleOfCall(node: SyntaxNode, path: string): [string, string] | undefined {
  if (node.type !== 'MemberExpression' || !isNode(node['object']) || !isNode(node['property'])) return undefined;
  const object = String(node['object']['name'] ?? '');
  const property = String(node['property']['name'] ?? '');
  if (object === 'console' && path.startsWith('src/')) {
    return ['no-console', 'log an event, or write the answer to process.stdout'];
  }
  if (['test', 'it', 'describe', 'suite'].includes(object) && ['only', 'skip', 'todo'].includes(property)) {
    return ['no-skipped-test', `let it run, or delete it: ${object}.${property} hides a failure`];
  }
  return undefined;
}

function checkOpening(source: Source): Violation[] {
  if (/^\S.{15,}\.$/.test(source.firstComment)) return [];
  const advice = 'open the file with a comment of one sentence: what it is and its place in the flow';
  return [{ path: source.path, line: 1, rule: 'opening-sentence', advice }];
}

function checkSize(source: Source): Violation[] {
  const long = source.functions.filter((fact) => fact.lines > maxFunctionLines).map((fact) => ({
    path: source.path,
    line: fact.line,
    rule: 'function-size',
    advice: `split ${fact.name}: ${fact.lines} lines, at most ${maxFunctionLines}`,
  }));
  if (source.lines <= maxFileLines) return long;
  const advice = `split the file: ${source.lines} lines, at most ${maxFileLines}`;
  return [{ path: source.path, line: maxFileLines + 1, rule: 'file-size', advice }, ...long];
}

/**
 * At most two positional parameters. A third one is for options, a callback or the rest, so it has to be a destructured
 * object, a rest parameter, or of a named or literal object or function type. Functions written as an argument or a
 * property value are free: the library that calls them chose their parameters.
 */
function checkParameters(source: Source): Violation[] {
  return source.functions.filter((fact) => fact.ownSignature).flatMap((fact) => {
    const at = { path: source.path, line: fact.line, rule: 'parameters' };
    if (fact.params.length > 3) {
      return [{ ...at, advice: `give ${fact.name} two parameters and an options object, not ${fact.params.length}` }];
    }
    return isThirdAllowed(fact)
      ? []
      : [{ ...at, advice: `make the third parameter of ${fact.name} an options object` }];
  });
}

function isThirdAllowed(fact: FunctionFact): boolean {
  const third = fact.params[2];
  if (!third) return true;
  const param = third.type === 'AssignmentPattern' && isNode(third['left']) ? third['left'] : third;
  if (param.type === 'RestElement' || param.type === 'ObjectPattern') return true;
  const annotation = isNode(param['typeAnnotation']) ? param['typeAnnotation']['typeAnnotation'] : undefined;
  return isNode(annotation) && ['TSTypeReference', 'TSTypeLiteral', 'TSFunctionType'].includes(annotation.type);
}
