// Builds the Dockerfile and runs the image (`npm run check:image`): it must take a mail, be healthy, and stop in order.
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { readdirSync, readFileSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { freePorts } from '../../tests/support/free-port.ts';
import { readBuildInfo } from '../compile/build-info.ts';
import { type ImageConfig, ImageStore, type Start } from './image.ts';
import { installDebianPackages } from '../test/debian-packages.ts';

const project = resolve(import.meta.dirname, '../..');
const startDeadlineMs = 60_000;
const store = new ImageStore();

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

async function build(): Promise<void> {
  await store.addBase('localhost/base');
  await store.addBuildBase('localhost/build');
  const { commit, epoch } = readBuildInfo(project, process.env);
  const values = {
    BASE_IMAGE: 'localhost/base',
    BUILD_IMAGE: 'localhost/build',
    MAILCHUTE_COMMIT: commit,
    SOURCE_DATE_EPOCH: String(epoch ?? ''),
  };
  const settings = Object.entries(values).map(([name, value]) => `--build-arg=${name}=${value}`);
  const how = ['--isolation=chroot', '--format=docker', '--pull-never'];
  store.buildah(['build', ...how, ...settings, '--tag=localhost/mailchute', project], 'inherit');
}

function checkConfig(config: ImageConfig): void {
  assert.equal(config.User, '10001:10001');
  assert.deepEqual(Object.keys(config.ExposedPorts).sort(), ['2525/tcp', '8485/tcp']);
  assert.deepEqual(config.Healthcheck.Test, ['CMD', '/usr/bin/mailchute', 'healthcheck']);
  assert.match(config.Labels['org.opencontainers.image.version'] ?? '', /^\d+\.\d+\.\d+/);
  assert.notEqual(config.Labels['org.opencontainers.image.revision'] ?? '', '');
}

/** The files of the image, with their bytes. */
function listFiles(root: string): Map<string, number> {
  const entries = readdirSync(root, { recursive: true, withFileTypes: true }).filter((entry) => entry.isFile());
  const paths = entries.map((entry) => join(entry.parentPath, entry.name));
  return new Map(paths.map((path) => [path.slice(root.length), statSync(path).size]));
}

/** Runs one of the gateway's commands in the container; resolves to what it printed on stdout. */
async function run(container: string, { command, env = [] }: Start): Promise<string> {
  const child = store.start(container, { command: ['/usr/bin/mailchute', ...command], env });
  let said = '';
  let faults = '';
  child.stdout?.setEncoding('utf8').on('data', (text: string) => said += text);
  child.stderr?.setEncoding('utf8').on('data', (text: string) => faults += text);
  const [code] = await once(child, 'close');
  assert.equal(code, 0, `${command.join(' ')}: ${faults}`);
  return said;
}

async function opened(child: ChildProcess): Promise<void> {
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.setEncoding('utf8').on('data', (text) => said += text);
  const timer = setTimeout(() => child.kill('SIGKILL'), startDeadlineMs);
  await new Promise<void>((open, fail) => {
    child.stdout?.on('data', () => /^HTTP /m.test(said) && open());
    child.once('close', (code) => fail(new Error(`the container ended with ${code}: ${said}`)));
  });
  clearTimeout(timer);
}

/** The process that listens on the port. */
function findGateway(port: number): number {
  const found = execFileSync('ss', ['-Hltnp', `sport = :${port}`], { encoding: 'utf8' });
  return Number(/pid=(\d+)/.exec(found)?.[1]);
}

async function takeMail(container: string, config: ImageConfig): Promise<void> {
  const [smtp = 0, http = 0] = await freePorts(2);
  const env = [`MAILCHUTE_SMTP_PORT=${smtp}`, `MAILCHUTE_HTTP_PORT=${http}`];
  const gateway = store.start(container, { command: [...config.Entrypoint, ...config.Cmd], env });
  await opened(gateway);
  const pid = findGateway(http);
  assert.match(readFileSync(`/proc/${pid}/status`, 'utf8'), /^Uid:\t10001\t10001\t10001\t10001$/m);
  const mail = '{"envelope":"me@example.com","recipient":"you@example.org","mime":"Subject: hello\\n\\nHi.\\n"}';
  const answer = execFileSync('curl', ['-sS', `http://127.0.0.1:${http}/v1/messages`, '--json', mail], {
    encoding: 'utf8',
  });
  assert.match(answer, /"queue":"inbox"/);
  await run(container, { command: ['healthcheck'], env });
  assert.match(await run(container, { command: ['queue', 'get', 'inbox'], env }), /"recipient":"you@example.org"/);
  const ended = once(gateway, 'close');
  process.kill(pid, 'SIGTERM');
  assert.deepEqual(await ended, [0, null]);
}

async function main(): Promise<void> {
  const fault = installDebianPackages([['buildah', 'buildah'], ['debootstrap', 'debootstrap'], ['curl', 'curl'], [
    'iproute2',
    'ss',
  ]]);
  if (fault !== undefined) throw new Error(fault);
  const startedAt = performance.now();
  try {
    await build();
    say(`built in ${((performance.now() - startedAt) / 1000).toFixed(0)} s`);
    const config = store.inspect('localhost/mailchute');
    checkConfig(config);
    const container = store.buildah(['from', '--pull-never', 'localhost/mailchute']);
    for (const [path, size] of listFiles(store.buildah(['mount', container]))) {
      say(`${String(size).padStart(11)} ${path}`);
    }
    say((await run(container, { command: ['version'] })).trim());
    await takeMail(container, config);
    say('The image takes a mail by HTTP, is healthy, runs as user 10001 and stops in order.');
  } finally {
    store.remove();
  }
}

await main();
