// The house rules about who may import whom: down the floors only, no two doors, no circles, shipped packages only.
import { isBuiltin } from 'node:module';
import type { Import, Source, Violation } from './source.ts';

/** Top to bottom. A folder may import from itself and from the folders of lower floors. */
const floors: readonly (readonly string[])[] = [
  ['main'],
  ['commands'],
  ['smtp', 'http'],
  ['pipeline'],
  ['checks', 'reports', 'auth', 'queue'],
  ['config', 'telemetry', 'net'],
  ['mail'],
];

export function checkImports(sources: readonly Source[], dependencies: readonly string[]): Violation[] {
  const src = sources.filter((source) => source.path.startsWith('src/'));
  return [
    ...src.flatMap(checkFolder),
    ...src.flatMap((source) => source.imports.flatMap((imported) => checkDirection(source, imported))),
    ...src.flatMap((source) => checkPackages(source, dependencies)),
    ...findCircles(sources).map(toCircleViolation),
  ];
}

/** Groups of files that reach each other by imports (of values or types), each sorted by path. */
export function findCircles(sources: readonly Source[]): string[][] {
  const targets = new Map(sources.map((source) => [source.path, source.imports.map((i) => i.target)]));
  const reach = new Map([...targets.keys()].map((path) => [path, reachableFrom(path, targets)]));
  const groups = new Map<string, string[]>();
  for (const [path, reached] of reach) {
    if (!reached.has(path)) continue;
    const group = [...reached].filter((other) => reach.get(other)?.has(path)).sort();
    groups.set(group.join('\n'), group);
  }
  return [...groups.values()];
}

function reachableFrom(path: string, targets: Map<string, (string | undefined)[]>): Set<string> {
  const reached = new Set<string>();
  const open = [path];
  for (let next = open.pop(); next !== undefined; next = open.pop()) {
    for (const target of targets.get(next) ?? []) {
      if (target === undefined || reached.has(target)) continue;
      reached.add(target);
      open.push(target);
    }
  }
  return reached;
}

function toCircleViolation(circle: string[]): Violation {
  const advice = `break the circle ${circle.join(', ')}`;
  return { path: circle[0] ?? '', line: 1, rule: 'import-circle', advice };
}

function folderOf(path: string): string {
  if (path === 'src/main.ts') return 'main';
  return path.split('/').length > 2 ? (path.split('/')[1] ?? '') : '';
}

function floorOf(path: string): number {
  return floors.findIndex((floor) => floor.includes(folderOf(path)));
}

function checkFolder(source: Source): Violation[] {
  if (floorOf(source.path) !== -1) return [];
  const advice = `move it into a folder that has a floor: ${floors.flat().join(', ')}`;
  return [{ path: source.path, line: 1, rule: 'floor', advice }];
}

function checkDirection(source: Source, imported: Import): Violation[] {
  const { target } = imported;
  if (target === undefined || folderOf(target) === folderOf(source.path)) return [];
  if (target.startsWith('src/') && floorOf(target) > floorOf(source.path)) return [];
  const advice = `import from the own folder or a lower floor only, not from ${target}`;
  return [{ path: source.path, line: imported.line, rule: 'floor', advice }];
}

function checkPackages(source: Source, dependencies: readonly string[]): Violation[] {
  return source.imports.flatMap(({ specifier, line }) => {
    if (specifier.startsWith('.') || isBuiltin(specifier)) return [];
    const name = specifier.split('/').slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
    if (dependencies.includes(name)) return [];
    const advice = `list ${name} under dependencies in package.json, or do without it`;
    return [{ path: source.path, line, rule: 'dependency', advice }];
  });
}
