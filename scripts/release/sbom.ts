// The bill of materials of a release as CycloneDX 1.6: what the lock file has for production, and the runtime.
import { Buffer } from 'node:buffer';
import { createHash } from 'node:crypto';

/** As npm writes it, what is used here of it. */
export interface Lock {
  readonly packages: Readonly<Record<string, LockedPackage>>;
}

interface LockedPackage {
  readonly version?: string;
  readonly integrity?: string;
  readonly license?: string;
  readonly dev?: boolean;
  readonly optional?: boolean;
  readonly dependencies?: Readonly<Record<string, string>>;
}

/** What the release is. */
export interface Subject {
  readonly version: string;
  readonly license: string;
  /** Seconds since 1970. */
  readonly epoch: number;
}

interface Component {
  readonly type: 'library' | 'platform' | 'application';
  readonly 'bom-ref': string;
  readonly name: string;
  readonly group?: string;
  readonly version: string;
  readonly purl: string;
  readonly licenses?: readonly ({ license: { id: string } } | { expression: string })[];
  readonly hashes?: readonly { alg: 'SHA-512'; content: string }[];
}

/** A CycloneDX document. */
export interface Bom {
  readonly components: readonly Component[];
  readonly dependencies: readonly { readonly ref: string; readonly dependsOn: readonly string[] }[];
  readonly [field: string]: unknown;
}

/** The same bytes for the same lock file and subject. */
export function toBom(lock: Lock, subject: Subject): Bom {
  const shipped = Object.entries(lock.packages).filter(([path, { dev, optional }]) =>
    path !== '' && dev !== true && (optional !== true || isRuntime(path))
  );
  const components = shipped.map(([path, found]) => toComponent(path, found));
  const own = `pkg:generic/mailchute@${subject.version}`;
  const content = {
    metadata: {
      timestamp: new Date(subject.epoch * 1000).toISOString(),
      component: {
        type: 'application',
        'bom-ref': own,
        name: 'mailchute',
        version: subject.version,
        purl: own,
        licenses: [{ license: { id: subject.license } }],
      },
    },
    components: unique(components),
    dependencies: [
      { ref: own, dependsOn: refsOf(lock, '') },
      ...unique(shipped.map(([path, found]) => ({ 'bom-ref': toRef(path, found), path }))).map((item) => ({
        ref: item['bom-ref'],
        dependsOn: refsOf(lock, item.path),
      })),
    ],
  };
  const digest = createHash('sha256').update(JSON.stringify(content)).digest('hex');
  return {
    $schema: 'http://cyclonedx.org/schema/bom-1.6.schema.json',
    bomFormat: 'CycloneDX',
    specVersion: '1.6',
    serialNumber: `urn:uuid:${toUuid(digest)}`,
    version: 1,
    ...content,
  };
}

function isRuntime(path: string): boolean {
  return /^node_modules\/node-linux-/.test(path);
}

function nameOf(path: string): string {
  return path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
}

function toRef(path: string, { version = '' }: LockedPackage): string {
  return `pkg:npm/${nameOf(path).replace('@', '%40')}@${version}`;
}

function toComponent(path: string, found: LockedPackage): Component {
  const [group, name = ''] = nameOf(path).startsWith('@') ? nameOf(path).split('/') : [undefined, nameOf(path)];
  const { version = '', license, integrity = '' } = found;
  const digest = /^sha512-(\S+)/.exec(integrity)?.[1];
  const isExpression = /[ ()]/.test(license ?? '');
  return {
    type: isRuntime(path) ? 'platform' : 'library',
    'bom-ref': toRef(path, found),
    ...(group !== undefined && { group }),
    name,
    version,
    purl: toRef(path, found),
    ...(license !== undefined && { licenses: [isExpression ? { expression: license } : { license: { id: license } }] }),
    ...(digest !== undefined && {
      hashes: [{ alg: 'SHA-512', content: Buffer.from(digest, 'base64').toString('hex') }] as const,
    }),
  };
}

/** The packages that the one at `path` gets to see, as Node finds them: its own before those further up. */
function refsOf(lock: Lock, path: string): string[] {
  const names = Object.keys(lock.packages[path]?.dependencies ?? {});
  const refs = names.map((name) => {
    for (let folder = path;; folder = folder.slice(0, Math.max(0, folder.lastIndexOf('/node_modules/')))) {
      const candidate = `${folder === '' ? '' : `${folder}/`}node_modules/${name}`;
      const found = lock.packages[candidate];
      if (found !== undefined) return toRef(candidate, found);
      if (folder === '') return undefined;
    }
  });
  return [...new Set(refs.filter((ref) => ref !== undefined))].sort();
}

function unique<Item extends { readonly 'bom-ref': string }>(items: readonly Item[]): Item[] {
  return [...new Map(items.map((item) => [item['bom-ref'], item])).values()];
}

function toUuid(hex: string): string {
  const digits = `${hex.slice(0, 12)}8${hex.slice(13, 16)}8${hex.slice(17, 32)}`;
  return digits.replace(/^(.{8})(.{4})(.{4})(.{4})(.{12})$/, '$1-$2-$3-$4-$5');
}
