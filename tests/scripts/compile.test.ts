// The script inside the executable: one CommonJS text that needs nothing but Node's own modules.
import assert from 'node:assert/strict';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { isBuiltin } from 'node:module';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, test } from 'node:test';
import vm from 'node:vm';
import { bundle, memoryFlags } from '../../scripts/compile.ts';

const directory = mkdtempSync(join(tmpdir(), 'mailchute-compile-'));
after(() => rmSync(directory, { recursive: true }));

const root = resolve(import.meta.dirname, '../..');
const entry = join(directory, 'main.ts');
const options = { entry, version: '1.2.3', commit: 'abcdef0', commitDate: '2026-11-21' };

test('bundle() puts the sources and the build into one script', async () => {
  writeFileSync(join(directory, 'greeting.ts'), 'export const greeting: string = `hello`;\n');
  writeFileSync(
    entry,
    `import { greeting } from './greeting.ts';
     declare const MAILCHUTE_VERSION: string;
     declare const MAILCHUTE_COMMIT: string;
     declare const MAILCHUTE_COMMIT_DATE: string;
     declare const result: unknown[];
     result.push(greeting, MAILCHUTE_VERSION, MAILCHUTE_COMMIT, MAILCHUTE_COMMIT_DATE, import.meta.url, import.meta.main);`,
  );
  const { script } = await bundle(options);
  const result: unknown[] = [];
  const require = () => ({ pathToFileURL: (path: string) => new URL(`file://${path}`) });
  vm.runInNewContext(script, { result, require, __filename: '/opt/mailchute' });
  assert.deepEqual(result, ['hello', '1.2.3', 'abcdef0', '2026-11-21', 'file:///opt/mailchute', true]);
});

test('bundle() carries the packages and requires only builtin modules', async () => {
  const packages = ['amqplib', 'hono', '@hono/node-server', 'smtp-server', 'valibot'];
  const reexports = packages.map((name, index) => `export * as p${index} from '${join(root, 'node_modules', name)}';`);
  writeFileSync(entry, reexports.join('\n'));
  const { metafile } = await bundle(options);
  const imports = Object.values(metafile.outputs).flatMap((output) => output.imports.map((imported) => imported.path));
  assert.deepEqual(imports.filter((path) => !isBuiltin(path)), []);
  assert.deepEqual(
    packages.filter((name) => !Object.keys(metafile.inputs).some((path) => path.includes(`/${name}/`))),
    [],
  );
});

test('bundle() refuses an import.meta that a script inside an executable cannot have', async () => {
  writeFileSync(entry, "export const path = import.meta.resolve('x');\n");
  await assert.rejects(bundle(options), /import\.meta/);
});

test('bundle() gives the same script wherever the sources are', async () => {
  const { script } = await bundle({ ...options, entry: join(root, 'src', 'main.ts') });
  assert.ok(!script.includes(root));
});

test('npm start and the command of the package run Node with the flags of the executable', () => {
  const flags = memoryFlags.join(' ');
  const { scripts } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  assert.ok(scripts.start.startsWith(`node ${flags} src/main.ts `), scripts.start);
  assert.ok(
    readFileSync(join(root, 'scripts', 'mailchute'), 'utf8').includes(`exec "$node" ${flags} "$root/src/main.ts"`),
  );
});
