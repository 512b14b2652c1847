// The entry point under Deno with the permissions that docs/executable.md names: they are enough, and each is needed.
import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test, type TestContext } from 'node:test';
import { freePorts } from '../support/free-port.ts';
import { removeGateway, startGateway } from '../support/gateway.ts';
import { SmtpClient } from '../support/smtp-client.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

const root = resolve(import.meta.dirname ?? '.', '../..');
// The program itself: what npm puts in its place does not pass signals on.
const deno = execFileSync(join(root, 'node_modules', '.bin', 'deno'), ['eval', 'console.log(Deno.execPath())'], {
  encoding: 'utf8',
}).trim();
const page = readFileSync(join(root, 'docs', 'executable.md'), 'utf8');
const named = /^\$ deno run (.*) src\/main\.ts serve$/m.exec(page)?.[1]?.split(' ') ?? [];

function toCommand(permissions: readonly string[]): string[] {
  return [deno, 'run', '--no-check', '--no-prompt', ...permissions, join(root, 'src', 'main.ts')];
}

/** What the command says on stderr; empty when it does what it is for. */
function failure(permissions: readonly string[], args: readonly string[]): string {
  const [program = '', ...leading] = toCommand(permissions);
  const { status, stderr } = spawnSync(program, [...leading, ...args], {
    input: 'Subject: x\n\nx\n',
    encoding: 'utf8',
  });
  return status === 0 ? '' : stderr;
}

/** What the gateway says on stderr when it does not open its doors. */
async function serveFailure(context: TestContext, permissions: readonly string[]): Promise<string> {
  const [smtp, http] = await freePorts(2);
  const doors = ['--smtp-ip=127.0.0.1', `--smtp-port=${smtp}`, '--http-ip=127.0.0.1', `--http-port=${http}`];
  const path = join(makeTemporaryDirectory(context), 'queue.db');
  const [program = '', ...leading] = toCommand(permissions);
  const gateway = spawn(program, [...leading, 'serve', ...doors, `--queue-path=${path}`], {
    stdio: ['ignore', 'ignore', 'pipe'],
    timeout: 30_000,
  });
  let said = '';
  for await (const text of gateway.stderr.setEncoding('utf8')) {
    said += text;
    if (!said.includes('gateway.started') && !said.includes('Gateway started')) continue;
    gateway.kill('SIGKILL');
    said = '';
    break;
  }
  return said;
}

test('The gateway does its work under Deno with the permissions that the page names', async (context) => {
  const gateway = await startGateway({
    command: toCommand(named),
    config: { 'smtp-reports': 'all', 'rabbitmq-reports': 'r' },
  });
  context.after(() => removeGateway(gateway));
  const client = await SmtpClient.connect(gateway.ports.smtp);
  await client.reply();
  for (const line of ['EHLO client.example.com', 'MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.org>']) {
    assert.match(await client.ask(line), /^250/);
  }
  assert.match(await client.ask('DATA'), /^354 /);
  assert.match(await client.ask('Subject: hello', '', 'Hi.', '.'), /^250/);
  client.close();
  const mail = '{"envelope":"a@example.com","recipient":"b@example.org","mime":"Subject: x\\n\\nx\\n"}';
  const url = `http://127.0.0.1:${gateway.ports.http}/v1/messages`;
  const posted = spawnSync('curl', ['-sS', '--fail-with-body', url, '--json', mail], {
    encoding: 'utf8',
    timeout: 30_000,
  });
  assert.match(posted.stdout, /"queue":"inbox"/, posted.stderr);
  const queue = `--queue-path=${join(gateway.directory, 'queue.db')}`;
  const door = `--http-port=${gateway.ports.http}`;
  assert.equal(failure(named, ['healthcheck', '--http-ip=127.0.0.1', door]), '');
  assert.equal(failure(named, ['queue', 'get', 'inbox', queue]), '');
  assert.equal((await gateway.end()).code, 0);
  assert.equal(failure(named, ['inject', 'b@example.org', '--envelope=a@example.com', queue]), '');
});

/** The same without one permission, a part of a list counting as one. */
const fewer = named.flatMap((permission, index) => {
  const [flag = '', list] = permission.split('=');
  const rest = named.toSpliced(index, 1);
  if (list === undefined) return [{ missing: flag, rest }];
  const parts = list.split(',');
  return parts.map((part) => ({
    missing: `${flag}=${part}`,
    rest: [...rest, `${flag}=${parts.filter((other) => other !== part).join(',')}`],
  }));
});

test('The page names permissions', () => assert.equal(fewer.length, 10));

for (const { missing, rest } of fewer) {
  test(`Without ${missing} the gateway, or inject, says under Deno that it is missing`, async (context) => {
    const path = join(makeTemporaryDirectory(context), 'queue.db');
    const inject = ['inject', 'b@example.org', '--envelope=a@example.com', `--queue-path=${path}`];
    const said = await serveFailure(context, rest) || failure(rest, inject);
    assert.match(said, /Requires \w+ access|NotCapable|permission|not be opened/i);
  });
}

test('deno task compile and deno task start give these permissions, and that to run programs', () => {
  const { tasks } = JSON.parse(readFileSync(join(root, 'deno.json'), 'utf8')) as { tasks: Record<string, string> };
  for (const task of ['compile', 'start']) {
    const given = tasks[task]?.split(' ').filter((word) => word.startsWith('--allow-'));
    assert.deepEqual(given, [...named, '--allow-run'], task);
  }
});
