// The log files of a gateway under load, rotated by the real logrotate with the configuration of docs/logging.md.
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { userInfo } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import process from 'node:process';
import { test, type TestContext } from 'node:test';
import { gunzipSync } from 'node:zlib';
import { type Gateway, removeGateway, startGateway } from '../support/gateway.ts';
import { listPrograms } from '../support/programs.ts';
import { assertKept, tally, toTallyLine } from '../support/promises.ts';
import { SmtpClient } from '../support/smtp-client.ts';
import { runLoad } from '../support/smtp-load.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

const ROTATIONS = 3;
// More than any test can send before it is over.
const ENDLESS = 1_000_000;
const PAGE = resolve(import.meta.dirname ?? '.', '../../docs/logging.md');

interface Stage {
  readonly gateway: Gateway;
  readonly logs: string;
  /** Runs logrotate, which acts whatever the hour. */
  readonly rotate: () => void;
}

async function start(
  context: TestContext,
  { command, workers }: { readonly command: readonly string[]; readonly workers: number },
): Promise<Stage> {
  const directory = makeTemporaryDirectory(context);
  const logs = join(directory, 'log');
  mkdirSync(logs, { mode: 0o750 });
  const config = {
    'smtp-threads': workers,
    'application-log': `stderr,${join(logs, 'events.log')}`,
    'received-log-file': join(logs, 'received.log'),
  };
  const gateway = await startGateway({ command, directory, config });
  context.after(() => removeGateway(gateway));
  const [, sample = ''] = /```logrotate\n([^]*?)```/.exec(readFileSync(PAGE, 'utf8')) ?? [];
  const { username } = userInfo();
  const group = execFileSync('id', ['-gn'], { encoding: 'utf8' }).trim();
  const rules = join(directory, 'logrotate.conf');
  writeFileSync(
    rules,
    sample.replace('/var/log/mailchute', logs).replace('mailchute mailchute', `${username} ${group}`),
    { mode: 0o644 },
  );
  // What systemd does with the command of the page.
  const programs = join(directory, 'bin');
  mkdirSync(programs);
  const expected = 'kill --kill-whom=main --signal=HUP mailchute.service';
  const systemctl = `#!/bin/sh\n[ "$*" = "${expected}" ] && kill -HUP ${gateway.process.pid}\n`;
  writeFileSync(join(programs, 'systemctl'), systemctl, { mode: 0o755 });
  const env = { ...process.env, PATH: [programs, process.env['PATH'], '/usr/sbin'].join(delimiter) };
  const rotate = () =>
    void execFileSync('logrotate', ['--force', '--state', join(directory, 'state'), rules], { env, encoding: 'utf8' });
  return { gateway, logs, rotate };
}

/** All lines of a log, from its oldest file to its newest. */
function readLog(logs: string, name: string): string[] {
  const files = readdirSync(logs).filter((file) => file.startsWith(`${name}.log`));
  const age = (file: string) => Number(/\.log\.(\d+)/.exec(file)?.[1] ?? 0);
  const texts = files.toSorted((a, b) => age(b) - age(a)).map((file) => {
    const bytes = readFileSync(join(logs, file));
    return (file.endsWith('.gz') ? gunzipSync(bytes) : bytes).toString();
  });
  for (const text of texts) assert.ok(text === '' || text.endsWith('\n'));
  return texts.join('').split('\n').slice(0, -1);
}

async function readStored(gateway: Gateway): Promise<string[]> {
  const lines = (await gateway.run('queue', 'get', 'inbox')).trimEnd().split('\n');
  return lines.map((line) => String(JSON.parse(line)['message-id']));
}

const [first, ...others] = listPrograms();
const cases = [
  { program: first, workers: 2, reopenings: 5 },
  { program: first, workers: 1, reopenings: 2 },
  { program: others.at(-1), workers: 2, reopenings: 5 },
];

for (const { program, workers, reopenings } of cases) {
  const who = `${workers === 1 ? 'One process' : 'Two workers'} of ${program?.name}`;
  test(`${who}: logrotate under load costs no line and doubles none`, async (context) => {
    const { gateway, logs, rotate } = await start(context, { command: program?.command ?? [], workers });
    const load = runLoad({ port: gateway.ports.smtp, sessions: 8, messages: ENDLESS });
    for (let rotation = 1; rotation <= ROTATIONS; rotation++) {
      await gateway.accepted(gateway.events('message.accepted').length + 100);
      rotate();
      await gateway.event('log.reopened', rotation * reopenings);
    }
    await gateway.accepted(gateway.events('message.accepted').length + 100);
    assert.equal((await gateway.end('SIGTERM')).code, 0);
    const { ids } = await load;
    const received = readLog(logs, 'received').map((line) => String(JSON.parse(line)['message-id']));
    const result = tally(ids, received);
    context.diagnostic(`${who}: ${toTallyLine(result)}`);
    assertKept(result);
    assert.deepEqual(received.toSorted(), (await readStored(gateway)).toSorted());
    // The last file has lines of its own, and so have those before it.
    assert.equal(readdirSync(logs).filter((file) => file.startsWith('received.log')).length, ROTATIONS + 1);
    assert.deepEqual(readLog(logs, 'events').toSorted(), gateway.stderr.trimEnd().split('\n').toSorted());
    assert.deepEqual(gateway.events('gateway.fault'), []);
  });
}

test('A received log without room stops no mail, and is an event once', async (context) => {
  const gateway = await startGateway({ config: { 'received-log-file': '/dev/full' } });
  context.after(() => removeGateway(gateway));
  const { ids } = await runLoad({ port: gateway.ports.smtp, sessions: 2, messages: 20 });
  assert.equal(ids.length, 20);
  const { sink, error } = await gateway.event('log.failed');
  assert.equal(sink, '/dev/full');
  assert.match(String(error), /ENOSPC|No space/);
  assert.equal((await gateway.end()).code, 0);
  assert.equal(gateway.events('log.failed').length, 1);
});

test('A received log that cannot be opened ends the start with one line that names it', async (context) => {
  const path = join(makeTemporaryDirectory(context), 'missing', 'received.log');
  for (const workers of [1, 2]) {
    await assert.rejects(
      startGateway({ config: { 'received-log-file': path, 'smtp-threads': workers } }),
      (error: Error) => {
        assert.match(error.message, new RegExp(`mailchute: Cannot open the log file ${path}: `));
        return true;
      },
    );
  }
});

test('mailchute inject has its line in the received log, and goes on without', async (context) => {
  const directory = makeTemporaryDirectory(context);
  const path = join(directory, 'received.log');
  const gateway = await startGateway({ directory, config: { 'received-log-file': path } });
  context.after(() => removeGateway(gateway));
  const inject = (log: string) =>
    execFileSync(gateway.process.spawnfile, [
      ...gateway.process.spawnargs.slice(1, gateway.process.spawnargs.indexOf('serve')),
      ...['inject', 'you@example.org', '--envelope', 'me@example.com', ...gateway.flags, `--received-log-file=${log}`],
    ], { input: 'Subject: x\n\nbody\n', encoding: 'utf8', stdio: ['pipe', 'pipe', 'ignore'] });
  const said = inject(path);
  const line = JSON.parse(readFileSync(path, 'utf8'));
  assert.equal(said, `${line['message-id']} for you@example.org\n`);
  assert.equal(line['door'], 'cli');
  assert.match(inject(join(directory, 'missing', 'received.log')), / for you@example\.org\n$/);
});

test('A session and its message can be followed from the login to the record', async (context) => {
  const directory = makeTemporaryDirectory(context);
  const path = join(directory, 'received.log');
  const gateway = await startGateway({ directory, config: { 'received-log-file': path } });
  context.after(() => removeGateway(gateway));
  const client = await SmtpClient.connect(gateway.ports.smtp);
  await client.reply();
  for (const line of ['EHLO c.example.com', 'MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.org>', 'DATA']) {
    await client.ask(line);
  }
  await client.ask('Subject: x', '', 'body', '.');
  await client.ask('NONSENSE');
  await client.ask('QUIT');
  await gateway.event('smtp.session.closed');
  const [line] = readFileSync(path, 'utf8').trimEnd().split('\n').map((text) => JSON.parse(text));
  const about = gateway.stderr.split('\n').filter((text) => text.includes(`"session":"${line.session}"`));
  assert.deepEqual(about.map((text) => JSON.parse(text)['event']), [
    'smtp.session.opened',
    'message.accepted',
    'smtp.command.rejected',
    'smtp.session.closed',
  ]);
  assert.deepEqual(gateway.events('message.accepted')[0]?.['ids'], [line['message-id']]);
});
