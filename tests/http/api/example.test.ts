// Examples as commands: what a shell makes of them is what the example says.

import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { test } from 'node:test';
import { type Example, toCommand } from '../../../src/http/api/example.ts';

const POST = { name: 'x', title: 'X', method: 'POST', path: '/v1/messages?a=b', status: 202 } as const;
const URL_WORDS = ['-i', 'http://127.0.0.1:8485/v1/messages?a=b'];

/** Runs a command with a curl that prints its arguments, each ended by NUL, and its standard input. */
function run(command: string): { readonly words: string[]; readonly input: string } {
  const script = `curl() { printf '%s\\0' "$@"; echo; cat; }\n${command} < /dev/null`;
  const piped = `curl() { printf '%s\\0' "$@"; echo; cat; }\n${command}`;
  const output = execFileSync('sh', ['-c', command.includes('|\n') ? piped : script], { encoding: 'utf8' });
  const end = output.lastIndexOf('\0');
  return { words: output.slice(0, end).split('\0'), input: output.slice(end + 2) };
}

const cases: readonly { name: string; example: Example; words: readonly string[]; input?: string }[] = [
  { name: 'nothing but a path', example: { ...POST, method: 'GET' }, words: URL_WORDS },
  { name: 'OPTIONS', example: { ...POST, method: 'OPTIONS' }, words: [...URL_WORDS, '-X', 'OPTIONS'] },
  {
    name: 'headers and a user',
    example: { ...POST, headers: { 'X-A': "it's $b" }, user: 'shop:secret' },
    words: [...URL_WORDS, '--user', 'shop:secret', '-H', "X-A: it's $b"],
  },
  {
    name: 'a JSON body',
    example: { ...POST, body: { type: 'application/json', value: { a: "it's\r\n" } } },
    words: [...URL_WORDS, '-H', 'Content-Type: application/json', '-d', '{\n  "a": "it\'s\\r\\n"\n}'],
  },
  {
    name: 'a stream of lines',
    example: { ...POST, body: { type: 'application/x-ndjson', values: [{ a: '\r\n%s' }, { b: "'" }] } },
    words: [...URL_WORDS, '-H', 'Content-Type: application/x-ndjson', '--data-binary', '@-'],
    input: '{"a":"\\r\\n%s"}\n{"b":"\'"}\n',
  },
  {
    name: 'raw bytes',
    example: { ...POST, body: { type: 'message/rfc822', text: "100 % it's\r\na\\b\r\n" } },
    words: [...URL_WORDS, '-H', 'Content-Type: message/rfc822', '--data-binary', '@-'],
    input: "100 % it's\r\na\\b\r\n",
  },
  {
    name: 'a form with a file',
    example: {
      ...POST,
      body: {
        type: 'multipart/form-data',
        fields: [{ name: 'from', value: '<a@b.example>' }, { name: 'message', file: 'm.eml', text: 'a\r\n' }],
      },
    },
    words: [...URL_WORDS, '--form-string', 'from=<a@b.example>', '-F', 'message=@-;filename=m.eml'],
    input: 'a\r\n',
  },
  {
    name: 'a form without a file',
    example: { ...POST, body: { type: 'multipart/form-data', fields: [{ name: 'from', value: '@x' }] } },
    words: [...URL_WORDS, '--form-string', 'from=@x'],
  },
];

for (const { name, example, words, input = '' } of cases) {
  test(`The command for ${name} says to a shell what the example says`, () => {
    assert.deepEqual(run(toCommand(example)), { words, input });
  });
}
