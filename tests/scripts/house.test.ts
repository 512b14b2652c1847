// The house-rule check on small projects in a temporary directory: each rule finds its fault, and only that.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, test } from 'node:test';
import { checkHouse } from '../../scripts/house.ts';

const opening = '// A file that stands for any other in its place.\n';
const sound: Record<string, string> = {
  'package.json': '{ "dependencies": { "hono": "1.0.0", "@hono/node-server": "1.0.0" } }',
  'scripts/build.ts': `${opening}export const built = true;\n`,
  'src/mail/address.ts': `${opening}export const at = '@';\n`,
  'tests/mail/address.test.ts': '// Long enough for the ratio.\n'.repeat(400),
};

interface Case {
  name: string;
  files: Record<string, string>;
  expected: string[];
  exemptions?: Record<string, string>;
}

const inMail = (code: string) => ({ 'src/mail/address.ts': `${opening}${code}\n` });
const lines = (count: number) => 'f();\n'.repeat(count);

const cases: Case[] = [
  { name: 'a sound project has no violations', files: {}, expected: [] },
  {
    name: 'an import down the floors is allowed',
    files: {
      'src/smtp/session.ts': `${opening}import { at } from '../mail/address.ts';\nexport const s = at;\n`,
      'tests/smtp/session.test.ts': '',
    },
    expected: [],
  },
  {
    name: 'an import up the floors is found, of a type too',
    files: {
      ...inMail("import type { S } from '../smtp/session.ts';\nexport const at: S = '@';"),
      'src/smtp/session.ts': `${opening}export type S = string;\n`,
    },
    expected: ['src/mail/address.ts:2: floor'],
  },
  {
    name: 'the doors do not meet',
    files: {
      'src/smtp/session.ts': `${opening}export type S = string;\n`,
      'src/http/app.ts': `${opening}export type { S } from '../smtp/session.ts';\nexport type A = 1;\n`,
    },
    expected: ['src/http/app.ts:2: floor'],
  },
  {
    name: 'another folder of the same floor is out of bounds, by a dynamic import too',
    files: {
      'src/net/ranges.ts': `${opening}export const r = () => import('../config/keys.ts');\n`,
      'tests/net/ranges.test.ts': '',
      'src/config/keys.ts': `${opening}export type K = string;\n`,
    },
    expected: ['src/net/ranges.ts:2: floor'],
  },
  {
    name: 'src does not import from tests or scripts',
    files: inMail("import { built } from '../../scripts/build.ts';\nexport const at = built;"),
    expected: ['src/mail/address.ts:2: floor'],
  },
  {
    name: 'a folder without a floor is found',
    files: { 'src/misc/thing.ts': `${opening}export type T = 1;\n` },
    expected: ['src/misc/thing.ts:1: floor'],
  },
  {
    name: 'a circle is found, of types too',
    files: {
      'src/mail/a.ts': `${opening}import type { B } from './b.ts';\nexport type A = B;\n`,
      'src/mail/b.ts': `${opening}import type { C } from './c.ts';\nexport type B = C;\n`,
      'src/mail/c.ts': `${opening}import type { A } from './a.ts';\nexport type C = A;\n`,
    },
    expected: ['src/mail/a.ts:1: import-circle'],
  },
  {
    name: 'a package that is not a dependency is found',
    files: inMail("import '@hono/node-server/conninfo';\nimport 'hono';\nimport 'nodemailer';\nexport const at = 1;"),
    expected: ['src/mail/address.ts:4: dependency'],
  },
  {
    name: 'an import without .ts and a builtin without node: are found, node:sqlite is not',
    files: {
      ...inMail("import './b';\nimport 'fs';\nimport 'node:sqlite';\nexport const at = 1;"),
    },
    expected: ['src/mail/address.ts:2: import-extension', 'src/mail/address.ts:3: node-prefix'],
  },
  {
    name: 'a default export, an enum, any, a parameter property and a private field are found',
    files: inMail(
      [
        'export default 1;',
        'export enum E { a }',
        'export const x: any[] = [];',
        'export class C { constructor(readonly a: number) {} private b = 1; #c = 2; }',
        'export class D { private constructor() {} }',
      ].join('\n'),
    ),
    expected: [
      'src/mail/address.ts:2: no-default-export',
      'src/mail/address.ts:3: no-enum',
      'src/mail/address.ts:4: no-any',
      'src/mail/address.ts:5: no-parameter-property',
      'src/mail/address.ts:5: hash-private',
    ],
  },
  {
    name: 'a barrel is found',
    files: { 'src/mail/all.ts': `${opening}export * from './address.ts';\n`, 'tests/mail/all.test.ts': '' },
    expected: ['src/mail/all.ts:1: no-barrel'],
  },
  {
    name: 'a file without an opening sentence is found',
    files: { 'src/mail/address.ts': '// address\nexport const at = 1;\n' },
    expected: ['src/mail/address.ts:1: opening-sentence'],
  },
  {
    name: 'a file of 351 lines and a function of 81 lines are found',
    files: inMail(`function big() {\n${lines(79)}}\nfunction fits() {\n${lines(78)}}\n${lines(188)}f();`),
    expected: [
      'src/mail/address.ts:351: file-size',
      'src/mail/address.ts:2: function-size',
      'src:1: file-median',
      'src:1: function-median',
    ],
  },
  {
    name: 'a file of 350 lines fits',
    files: {
      ...inMail(lines(349).trimEnd()),
      'src/mail/b.ts': `${opening}export type B = 1;\n`,
      'src/mail/c.ts': opening,
    },
    expected: [],
  },
  {
    name: 'a third parameter has to be options, a callback or the rest',
    files: inMail(
      [
        'export function flag(a: number, b: number, c: boolean) { return c; }',
        'export const four = (a: number, b: number, c: Options, d: Options) => { return d; };',
        'export function options(a: number, b: number, { c }: { c: number }) { return c; }',
        'export function defaults(a: number, b: number, c: Options = {}) { return c; }',
        'export function rest(a: number, b: number, ...c: number[]) { return c; }',
        'export function callback(a: number, b: number, c: () => void) { return c; }',
        'listen({ onData(stream, session, callback) { callback(); } });',
        'emitter.on("x", (a: number, b: number, c: number, d: number) => { f(a, b, c, d); });',
      ].join('\n'),
    ),
    expected: ['src/mail/address.ts:2: parameters', 'src/mail/address.ts:3: parameters'],
  },
  {
    name: 'a name that says nothing and a name that is not kebab-case are found',
    files: {
      'src/mail/address-utils.ts': `${opening}export type A = 1;\n`,
      'src/mail/headerScan.ts': `${opening}export type A = 1;\n`,
      'src/mail/base64.ts': `${opening}export type A = 1;\n`,
    },
    expected: ['src/mail/address-utils.ts:1: file-name', 'src/mail/headerScan.ts:1: file-name'],
  },
  {
    name: 'a file without a test is found, a real test and the end-to-end tests count',
    files: {
      'src/main.ts': `${opening}export const m = 1;\n`,
      'src/commands/serve.ts': `${opening}export const s = 1;\n`,
      'src/queue/amqp.ts': `${opening}export const a = 1;\n`,
      'tests/queue/amqp.real.test.ts': '',
      'src/queue/spool.ts': `${opening}export const p = 1;\n`,
    },
    expected: ['src/queue/spool.ts:1: test-mirror'],
  },
  {
    name: 'an exempted file is reached through tested importers',
    files: {
      ...inMail("import { b } from './b.ts';\nexport const at = b;"),
      'src/mail/b.ts': `${opening}export const b = 1;\n`,
    },
    exemptions: { 'src/mail/b.ts': 'part of the address' },
    expected: [],
  },
  {
    name: 'an exemption without an importer, or of a file that is gone, is found',
    files: { 'src/mail/b.ts': `${opening}export const b = 1;\n` },
    exemptions: { 'src/mail/b.ts': 'part of the address', 'src/mail/c.ts': 'part of the address' },
    expected: ['src/mail/b.ts:1: test-mirror', 'src/mail/c.ts:1: test-mirror'],
  },
  {
    name: 'too few tests are found',
    files: { 'tests/mail/address.test.ts': '' },
    expected: ['tests:1: test-ratio'],
  },
  {
    name: 'a test that is left out and a console in src are found',
    files: {
      ...inMail("console.log('x');\nexport const at = 1;"),
      'tests/mail/more.test.ts': "test.only('x', () => {});\ntest.skip('y', () => {});\nconsole.log('z');\n",
    },
    expected: [
      'src/mail/address.ts:2: no-console',
      'tests/mail/more.test.ts:1: no-skipped-test',
      'tests/mail/more.test.ts:2: no-skipped-test',
    ],
  },
  {
    name: 'words that belong nowhere are found, and the corpora may be named where they are looked for',
    files: {
      'README.md': ['https://registry', 'npmjs.org'].join('.'),
      'docs/a.md': `see /${'work'}/main\nsee ../${'shared'}\nnet/work/on\nTO${'DO'}: more\n`,
      '.ci/run': `cd ../${'shared'}/corpora\n`,
    },
    expected: [
      'README.md:1: forbidden-word',
      'docs/a.md:1: forbidden-word',
      'docs/a.md:2: forbidden-word',
      'docs/a.md:4: forbidden-word',
    ],
  },
  {
    name: 'a file that does not parse is found',
    files: inMail('export const = 1;'),
    expected: ['src/mail/address.ts:1: syntax'],
  },
];

const root = mkdtempSync(join(tmpdir(), 'mailchute-house-'));
after(() => rmSync(root, { recursive: true }));

for (const [index, { name, files, expected, exemptions }] of cases.entries()) {
  test(`House rules: ${name}`, () => {
    const project = join(root, String(index));
    for (const [path, text] of Object.entries({ ...sound, ...files })) write(join(project, path), text);
    execFileSync('git', ['init', '--quiet'], { cwd: project });
    const { violations } = checkHouse(project, exemptions);
    assert.deepEqual(violations.map(({ path, line, rule }) => `${path}:${line}: ${rule}`).sort(), expected.toSorted());
  });
}

function write(path: string, text: string): void {
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, text);
}
