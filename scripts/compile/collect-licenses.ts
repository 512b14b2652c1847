// The licence texts that go with an executable: the terms of what is in it ask that every copy carries them.
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Metafile } from 'esbuild';

/** One text with the licences of all bundled packages, by name, and of the Node package in `runtime`. */
export function collectLicenses(root: string, { metafile, runtime }: { metafile: Metafile; runtime: string }): string {
  const folders = Object.keys(metafile.inputs).map((path) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0]);
  const packages = [...new Set(folders.filter((folder) => folder !== undefined))].sort();
  return [...packages.map((folder) => join(root, folder)), runtime].map((folder) => {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>;
    const files = readdirSync(folder).filter((name) => /^(licen[cs]e|notice)/i.test(name)).sort();
    const texts = files.map((name) => readFileSync(join(folder, name), 'utf8').trim());
    return [`${manifest['name']} ${manifest['version']} (${manifest['license']})`, ...texts].join('\n\n');
  }).join(`\n\n${'-'.repeat(80)}\n\n`) + '\n';
}
