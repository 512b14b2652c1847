// Every example of the API's description, by curl and by undici, against every form of the program; and every one of docs/http.md.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { after, before, test } from 'node:test';
import { Agent, FormData, request } from 'undici';
import type { ApiDocument, CodeSample } from '../../src/http/api/api-document.ts';
import { type Example, EXAMPLE_ORIGIN, type ExampleBody } from '../../src/http/api/example.ts';
import { INJECT_EXAMPLES, MESSAGE_EXAMPLES, SEND_EXAMPLES } from '../../src/http/api/examples.ts';
import { type Gateway, removeGateway, startGateway } from '../support/gateway.ts';
import { runProgram } from '../support/mail-clients.ts';
import { listPrograms } from '../support/programs.ts';

const root = resolve(import.meta.dirname ?? '.', '../..');
const doorOf = ({ ports }: Gateway) => `http://127.0.0.1:${ports.http}`;
const directory = mkdtempSync(join(tmpdir(), 'mailchute-examples-'));
after(() => rmSync(directory, { recursive: true, force: true }));
// Node has an undici of its own, which knows no form of this one.
const dispatcher = new Agent();
after(() => dispatcher.close());

const EXAMPLES = [...MESSAGE_EXAMPLES, ...INJECT_EXAMPLES, ...SEND_EXAMPLES];

/** What differs from run to run. */
function normalize(text: string): string {
  return text.replaceAll(/\b[0-9A-Z]{25,32}\b/g, 'ID').replaceAll(
    /[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}/g,
    'UUID',
  );
}

/** Runs commands for a shell in which curl shows the header section, too. */
async function runShell(commands: string): Promise<string> {
  const curl = 'curl() { command curl -sS -i "$@"; }';
  return await runProgram('sh', ['-c', `cd ${directory}\n${curl}\n${commands}`]);
}

/** Where the last answer's body begins: an answer 100 may stand before it. */
function readAnswer(output: string): { readonly status: number; readonly headers: string; readonly body: string } {
  const [, headers = '', body = ''] = /^(?:HTTP\/1\.1 1\d\d [^]*?\r\n\r\n)*([^]*?)\r\n\r\n([^]*)$/.exec(output) ?? [];
  return { status: Number(headers.split(' ')[1]), headers: headers.toLowerCase(), body };
}

async function runSample(gateway: Gateway, { label, source, status, answer }: CodeSample): Promise<void> {
  const { status: given, body } = readAnswer(await runShell(source.replaceAll(EXAMPLE_ORIGIN, doorOf(gateway))));
  assert.equal(given, status, `${label}: ${body}`);
  if (answer !== undefined) assert.equal(normalize(body), normalize(answer), label);
}

/** What undici is given for a body. */
function toUndiciBody(body: ExampleBody): string | FormData {
  if (body.type === 'application/json') return JSON.stringify(body.value);
  if (body.type === 'application/x-ndjson') return body.values.map((value) => `${JSON.stringify(value)}\n`).join('');
  if (body.type !== 'multipart/form-data') return body.text;
  const form = new FormData();
  for (const field of body.fields) {
    if ('file' in field) form.append(field.name, new Blob([field.text]), field.file);
    else form.append(field.name, field.value);
  }
  return form;
}

async function sendExample(gateway: Gateway, example: Example): Promise<void> {
  const { method, path, user, body, status, title, answer } = example;
  assert.ok(body);
  const given = Object.entries(example.headers ?? {});
  const headers = Object.fromEntries([
    // The same key would be the one of curl's message.
    ...given.map(([name, value]) => [name, name === 'Idempotency-Key' ? `undici-${value}` : value]),
    ...(user === undefined ? [] : [['authorization', `Basic ${Buffer.from(user).toString('base64')}`]]),
    ...(body.type === 'multipart/form-data' ? [] : [['content-type', body.type]]),
  ]);
  const response = await request(`${doorOf(gateway)}${path}`, {
    method,
    headers,
    body: toUndiciBody(body),
    dispatcher,
  });
  const text = await response.body.text();
  assert.equal(response.statusCode, status, `${title}: ${text}`);
  if (answer !== undefined && 'value' in answer) {
    assert.equal(normalize(text), normalize(JSON.stringify(answer.value)), title);
  }
}

/** What is in the queue, but for what every composed message has of its own. */
async function readRecords(gateway: Gateway): Promise<unknown[]> {
  const lines = (await gateway.run('queue', 'get', 'inbox')).trim().split('\n');
  return lines.map((line) => {
    const { recipient, envelope, mime } = JSON.parse(line);
    const plain = String(mime).replaceAll(/^(?:Date|Message-ID): .*/gm, '').replaceAll(/--_NmP-[0-9a-f]+/g, '--_NmP');
    return [recipient, envelope, plain];
  });
}

test('Every example of the description is answered as it says, whatever runs the gateway and whoever asks', async (t) => {
  const committed = JSON.parse(readFileSync(join(root, 'docs/openapi.json'), 'utf8')) as ApiDocument;
  const runs = listPrograms().map(async ({ name, command }) => {
    const gateway = await startGateway({ command, config: { 'smtp-received': 'no' } });
    t.after(() => removeGateway(gateway));
    const served = await (await request(`${doorOf(gateway)}/openapi.json`, { dispatcher })).body.json() as ApiDocument;
    assert.deepEqual(served.paths, committed.paths, name);
    assert.deepEqual(served.components.schemas, committed.components.schemas, name);
    const operations = Object.values(served.paths).flatMap((methods) => Object.values(methods));
    const samples = operations.flatMap((operation) => operation['x-codeSamples'] ?? []);
    assert.ok(samples.length > 20);
    for (const sample of samples) await runSample(gateway, sample);
    for (const example of EXAMPLES) await sendExample(gateway, example);
    assert.deepEqual(gateway.events('gateway.fault'), []);
    return await readRecords(gateway);
  });
  const [first, ...others] = await Promise.all(runs);
  assert.ok(first && first.length > 20 && others.length > 0);
  for (const other of others) assert.deepEqual(other, first);
});

const page = readFileSync(join(root, 'docs/http.md'), 'utf8');
const blocks = [...page.matchAll(/^```(?:sh|http|jsonl)\n([^]*?)^```$/gm)].map(([, block = '']) => block);
let open: Gateway;
let guarded: Gateway;
before(async () => {
  const making = blocks.find((block) => block.startsWith('token=')) ?? '';
  const tokens = join(directory, 'tokens');
  writeFileSync(join(directory, 'token'), await runShell(making.replaceAll('/etc/mailchute/tokens', tokens)));
  writeFileSync(join(directory, 'invoice.pdf'), '%PDF-1.4\n');
  const mail = 'From: news@example.com\r\nTo: ada@example.org\r\nX-Uuid: 0a1b2c3d\r\nSubject: Hello\r\n\r\nHello.\r\n';
  writeFileSync(join(directory, 'message.eml'), mail);
  [open, guarded] = await Promise.all([
    startGateway(),
    startGateway({ config: { 'http-auth': 'hardcoded://shop:secret', 'http-tokens': tokens } }),
  ]);
});
after(() => Promise.all([open, guarded].filter((gateway) => gateway !== undefined).map(removeGateway)));

test('Every command in docs/http.md is answered as it says there', async () => {
  const commands = blocks.flatMap((command, index) =>
    command.includes('curl') && !command.includes('$door') ? [{ command, answer: blocks[index + 1] ?? '' }] : []
  );
  assert.ok(commands.length > 12);
  for (const { command, answer } of commands) {
    const gateway = command.includes('$token') ? guarded : open;
    const here = `token=$(cat token)\n${command.replaceAll(EXAMPLE_ORIGIN, doorOf(gateway))}`;
    if (answer.includes('idempotency-replayed')) await runShell(here);
    const { status, headers, body } = readAnswer(await runShell(here));
    const shown = /^(?:HTTP\/1\.1 (\d+) .*\n([^]*?)\n)?\n?(\{[^]*)?$/.exec(answer);
    assert.ok(shown !== null || !/^(?:HTTP|\{)/.test(answer), answer);
    const [, expected = '202', lines = '', text = ''] = shown ?? [];
    assert.equal(String(status), answer.startsWith('{') ? '200' : expected, `${command}: ${body}`);
    for (const line of lines.split('\n')) {
      assert.ok(normalize(headers).includes(normalize(line)), `${line}: ${headers}`);
    }
    if (text !== '') assert.equal(normalize(body.trimEnd()), normalize(text.trimEnd()), command);
  }
});

/** The examples of problems: commands with the answer behind them, by block. */
function readProblemExamples(): { readonly command: string; readonly status: string; readonly code: string }[][] {
  const examples = blocks.map((block) =>
    [...block.matchAll(/^(.*?) +# (\d{3}) ([\w-]+)$/gm)].map(([, command = '', status = '', code = '']) => ({
      command,
      status,
      code,
    }))
  );
  return examples.filter((block) => block.length > 0);
}

test('Every example of a problem in docs/http.md is answered as it says there', async () => {
  const [ofOpen = [], ofGuarded = []] = readProblemExamples();
  assert.ok(ofOpen.length > 20 && ofGuarded.length > 1);
  for (const [gateway, examples] of [[open, ofOpen], [guarded, ofGuarded]] as const) {
    for (const { command, status, code } of examples) {
      const answer = await runShell(`door=${doorOf(gateway)}\n${command}`);
      assert.ok(answer.includes(`HTTP/1.1 ${status} `), `${command.slice(0, 200)}: ${answer.slice(0, 500)}`);
      assert.ok(answer.includes(`"code":"${code}"`), `${command.slice(0, 200)}: ${answer.slice(0, 500)}`);
    }
  }
  assert.equal(open.events('gateway.fault').length + guarded.events('gateway.fault').length, 0);
});
