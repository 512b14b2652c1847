// What `serve` prints for somebody at a terminal, and that every command of it works as it stands there.
import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { test, type TestContext } from 'node:test';
import { freePorts } from '../support/free-port.ts';
import { type Gateway, gatewayCommand, removeGateway, startGateway } from '../support/gateway.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

async function start(context: TestContext, env: Readonly<Record<string, string>>): Promise<Gateway> {
  const gateway = await startGateway({ env: { npm_lifecycle_event: '', ...env } });
  context.after(() => removeGateway(gateway));
  await gateway.event('gateway.started');
  return gateway;
}

test('The commands that npm start prints bring a message in by each door, and show it', async (context) => {
  const gateway = await start(context, { npm_lifecycle_event: 'start' });
  const [first = '', second = '', ...rest] = gateway.stdout.split('\n');
  assert.deepEqual([first, second], [`SMTP 127.0.0.1:${gateway.ports.smtp}`, `HTTP 127.0.0.1:${gateway.ports.http}`]);
  const steps = rest.filter((line) => line.startsWith('  '));
  assert.equal(steps.length, 3);
  const outputs = steps.map((command) => {
    const program = process.env['MAILCHUTE_BIN'] === undefined
      ? command.replace('npx mailchute', gatewayCommand().join(' '))
      : command;
    const { status, stdout, stderr } = spawnSync('sh', ['-c', program], { cwd: gateway.directory, encoding: 'utf8' });
    assert.equal(status, 0, `${command}: ${stderr}`);
    return stdout;
  });
  assert.match(outputs[0] ?? '', /"records":\[/);
  assert.equal(outputs[2]?.trimEnd().split('\n').length, 2);
});

test('A program that starts the gateway gets the lines of the doors and nothing else', async (context) => {
  const gateway = await start(context, {});
  assert.equal(gateway.stdout, `SMTP 127.0.0.1:${gateway.ports.smtp}\nHTTP 127.0.0.1:${gateway.ports.http}\n`);
});

/** Runs the gateway on a terminal, stops it by that terminal's interrupt key, and returns all that was to be seen. */
async function runOnTerminal(context: TestContext, env: Readonly<Record<string, string>>): Promise<string> {
  const directory = makeTemporaryDirectory(context);
  const [port = 0] = await freePorts(1);
  const flags = ['serve', '--smtp-port=0', '--http-ip=127.0.0.1', `--http-port=${port}`, '--queue-path=queue.db'];
  const program = [...gatewayCommand(), ...flags].join(' ');
  const { NO_COLOR: _, FORCE_COLOR: __, ...inherited } = process.env;
  const child = spawn('script', ['--quiet', '--return', '--command', `exec ${program}`, '/dev/null'], {
    cwd: directory,
    env: { ...inherited, TERM: 'xterm', ...env },
    stdio: ['pipe', 'pipe', 'inherit'],
    timeout: 30_000,
  });
  let said = '';
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    if (!said.includes('Gateway started') && (said + text).includes('Gateway started')) child.stdin.write('\x03');
    said += text;
  });
  const [code] = await once(child, 'close');
  assert.equal(code, 0, said);
  return said;
}

const terminals = [
  { env: {}, coloured: true },
  { env: { NO_COLOR: '1' }, coloured: false },
  { env: { TERM: 'dumb' }, coloured: false },
];
for (const { env, coloured } of terminals) {
  test(`On a terminal events are text ${coloured ? 'in colours' : 'without colours'} with ${JSON.stringify(env)}`, async (context) => {
    const said = await runOnTerminal(context, env);
    assert.match(said, /\nTry it from another terminal:\r\n {2}curl -sS http/);
    assert.match(said, /Gateway stopped/);
    assert.equal(said.includes('\x1b['), coloured, said);
    assert.ok(!said.includes('"event"'));
  });
}

test('FORCE_COLOR colours standard error where it is no terminal, and never a file', async (context) => {
  const gateway = await startGateway({
    config: { 'log-format': 'text', 'application-log': 'stderr,events.log' },
    env: { FORCE_COLOR: '1', NO_COLOR: '' },
  });
  context.after(() => removeGateway(gateway));
  assert.equal((await gateway.end()).code, 0);
  assert.match(gateway.stderr, /\x1b\[32minfo {3}\x1b\[0m Gateway stopped/);
  const file = readFileSync(join(gateway.directory, 'events.log'), 'utf8');
  assert.match(file, / info {4}Gateway stopped\n/);
  assert.ok(!file.includes('\x1b'));
});

const typos: readonly [args: readonly string[], answer: string][] = [
  [['serv'], "unknown command 'serv', the nearest known one is serve"],
  [['worke'], 'the nearest known one is serve'],
  [['--smtp-prot=25'], 'unknown key, the nearest known one is smtp-port'],
  [['help', 'smtp-prot'], 'unknown key, the nearest known one is smtp-port'],
];
for (const [args, answer] of typos) {
  test(`mailchute ${args.join(' ')} names what was probably meant`, () => {
    const [program = '', ...leading] = gatewayCommand();
    const { status, stderr } = spawnSync(program, [...leading, ...args], { encoding: 'utf8' });
    assert.equal(status, 2);
    assert.ok(stderr.includes(answer), stderr);
  });
}
