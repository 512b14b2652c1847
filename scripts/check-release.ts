// Uses what `npm run release` made as its users do (`npm run check:release`): installs, runs, purges; `--twice` builds it again elsewhere and compares.
import assert from 'node:assert/strict';
import { type ChildProcess, execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  globSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { Ajv } from 'ajv';
import { freePorts } from '../tests/support/free-port.ts';
import { makeMinimalRoot } from '../tests/support/minimal-root.ts';
import { readBuildInfo } from './compile/build-info.ts';
import { assertValid, fetchSchemas, readSchema } from './schemas.ts';
import { installDebianPackages } from './test/debian-packages.ts';

const project = resolve(import.meta.dirname, '..');
const release = join(project, 'dist', 'release');
const work = mkdtempSync(join(tmpdir(), 'mailchute-release-'));
const chroot = '/usr/sbin/chroot';
const { version } = readBuildInfo(project, process.env);

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function run(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, {
    cwd: release,
    encoding: 'utf8',
    timeout: 300_000,
    maxBuffer: 1 << 26,
  });
  assert.equal(status, 0, `${program} ${args.join(' ')}: ${stdout.slice(-2000)}${stderr.slice(-2000)}`);
  return stdout + stderr;
}

function checkPapers(): void {
  run('sha256sum', ['--check', '--quiet', 'SHA256SUMS']);
  fetchSchemas();
  const folder = '@cyclonedx/cyclonedx-library/res/schema';
  const ajv = new Ajv({ strict: false, validateFormats: false });
  for (const part of ['spdx', 'jsf-0.82']) {
    const { $id: _, ...schema } = readSchema(`${folder}/${part}.SNAPSHOT.schema.json`);
    ajv.addSchema(schema, `http://cyclonedx.org/schema/${part}.SNAPSHOT.schema.json`);
  }
  const validate = ajv.compile(readSchema(`${folder}/bom-1.6.SNAPSHOT.schema.json`));
  const bom = JSON.parse(readFileSync(join(release, `mailchute-${version}.cdx.json`), 'utf8'));
  assertValid(bom, { validate, name: 'sbom' });
  run('tar', ['-xzf', `mailchute-${version}-linux-x64.tar.gz`, '-C', work]);
  const folderName = join(work, `mailchute-${version}-linux-x64`);
  const warnings = run('groff', ['-man', '-ww', '-z', join(folderName, 'mailchute.1')]);
  assert.equal(warnings, '');
  say(`sums right, ${bom.components.length} components as CycloneDX 1.6 has them, a man page without warnings`);
}

/** Resolves when both doors are open. */
async function opened(gateway: ChildProcess): Promise<void> {
  const timer = setTimeout(() => gateway.kill('SIGKILL'), 120_000);
  let said = '';
  gateway.stderr?.setEncoding('utf8').on('data', (text: string) => said += text);
  await new Promise<void>((open, fail) => {
    let doors = '';
    gateway.stdout?.setEncoding('utf8').on('data', (text: string) => /^HTTP /m.test(doors += text) && open());
    gateway.once('exit', (code) => fail(new Error(`the gateway ended with ${code}: ${said.slice(-2000)}`)));
  });
  clearTimeout(timer);
}

/** Starts the gateway by this command, sends it a mail by each door, reads both back, and stops it. */
async function carry(command: readonly string[], queuePath: string): Promise<void> {
  const [smtp = 0, http = 0] = await freePorts(2);
  const doors = ['--smtp-ip=127.0.0.1', `--smtp-port=${smtp}`, '--http-ip=127.0.0.1', `--http-port=${http}`];
  const [program = '', ...leading] = command;
  const gateway = spawn(program, [...leading, 'serve', ...doors, `--queue-path=${queuePath}`], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  await opened(gateway);
  const envelope = ['--mail-from', 'me@example.com', '--mail-rcpt', 'you@example.org', '--upload-file', '-'];
  const input = 'Subject: hello\r\n\r\nHi.\r\n';
  execFileSync('curl', ['-sS', `smtp://127.0.0.1:${smtp}`, ...envelope], { input, timeout: 60_000 });
  const mail = '{"envelope":"me@example.com","recipient":"you@example.org","mime":"Subject: hello\\n\\nHi.\\n"}';
  run('curl', ['-sS', '--fail-with-body', `http://127.0.0.1:${http}/v1/messages`, '--json', mail]);
  const records = run(program, [...leading, 'queue', 'get', 'inbox', `--queue-path=${queuePath}`]);
  assert.equal(records.match(/"recipient":"you@example\.org"/g)?.length, 2);
  const gone = once(gateway, 'exit');
  gateway.kill('SIGTERM');
  assert.deepEqual(await gone, [0, null]);
}

/** Files and users that bear the name. */
function traces(root: string): string[] {
  const files = globSync('{etc,lib,usr,var,run,home}/**/*mailchute*', { cwd: root }).filter((path) =>
    !path.endsWith('.deb')
  );
  return [
    ...files,
    ...readFileSync(join(root, 'etc/passwd'), 'utf8').split('\n').filter((line) => line.startsWith('mailchute')),
  ];
}

async function checkDebianPackage(): Promise<void> {
  const name = `mailchute_${version}_amd64.deb`;
  const root = await makeMinimalRoot();
  try {
    assert.deepEqual(traces(root), []);
    copyFileSync(join(release, name), join(root, 'tmp', name));
    run(chroot, [root, 'dpkg', '--install', `/tmp/${name}`]);
    const config = statSync(join(root, 'etc/mailchute/config.txt'));
    const state = statSync(join(root, 'var/lib/mailchute'));
    assert.equal(config.mode & 0o777, 0o640);
    assert.equal(state.mode & 0o777, 0o700);
    assert.notEqual(state.uid, 0);
    assert.equal(config.gid, state.gid);
    for (const path of ['lib/systemd/system/mailchute.service', 'usr/share/man/man1/mailchute.1.gz']) {
      assert.ok(existsSync(join(root, path)), path);
    }
    await carry(
      [chroot, '--userspec=mailchute:mailchute', root, '/usr/bin/mailchute'],
      '/var/lib/mailchute/mailchute.db',
    );
    run(chroot, [root, 'dpkg', '--remove', 'mailchute']);
    assert.ok(
      existsSync(join(root, 'etc/mailchute/config.txt')) && existsSync(join(root, 'var/lib/mailchute/mailchute.db')),
    );
    run(chroot, [root, 'dpkg', '--purge', 'mailchute']);
    assert.deepEqual(traces(root), []);
    say(
      `${name}: installed in a bare Debian, takes mail as its own user, keeps queue and configuration, purged without a trace`,
    );
  } finally {
    rmSync(root, { recursive: true, force: true });
  }
}

/** A root with the executable, the libraries that it is linked to, and nothing else: what the image is made of. */
async function checkBareRoot(): Promise<void> {
  const built = join(work, 'built');
  mkdirSync(built);
  copyFileSync(join(release, `mailchute-${version}-linux-x64`), join(built, 'mailchute'));
  chmodSync(join(built, 'mailchute'), 0o755);
  copyFileSync(join(project, 'LICENSE'), join(built, 'mailchute-licenses.txt'));
  run('sh', [join(project, 'scripts/deploy/make-image-root.sh'), built, join(work, 'image')]);
  const root = join(work, 'image', 'system');
  const libraries = globSync(['lib/**/*.so*', 'lib64/*'], { cwd: root });
  await carry([chroot, root, '/usr/bin/mailchute'], '/tmp/queue.db');
  say(`a root with ${libraries.length} libraries and no other file of a system: takes mail`);
}

/** Under emulation, with the libraries of Debian's arm64 in a folder. */
async function checkArm(): Promise<void> {
  const root = join(work, 'arm64');
  mkdirSync(root);
  const fault = installDebianPackages([['qemu-user-static', 'qemu-aarch64-static'], ['debootstrap', 'debootstrap']]);
  if (fault !== undefined) throw new Error(fault);
  const uri = /^(?:URIs:|deb) (\S+)/m.exec(
    globSync('/etc/apt/sources.list{,.d/*}').map((path) => statSync(path).isFile() ? readFileSync(path, 'utf8') : '')
      .join('\n'),
  )?.[1];
  run('/usr/sbin/debootstrap', [
    '--foreign',
    '--arch=arm64',
    '--variant=minbase',
    'bookworm',
    root,
    ...uri ? [uri] : [],
  ]);
  const executable = join(release, `mailchute-${version}-linux-arm64`);
  await carry(['qemu-aarch64-static', '-L', root, executable], join(work, 'arm64.db'));
  say('the arm64 executable takes mail under emulation');
}

/** The same tree in another place, with packages of its own: its release must be the same, byte for byte. */
function checkTwice(): void {
  const other = join(work, 'elsewhere', 'tree');
  mkdirSync(other, { recursive: true });
  const { commit, epoch } = readBuildInfo(project, process.env);
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: project, encoding: 'utf8' });
  execFileSync('cpio', ['--null', '-pdm', '--quiet', other], {
    cwd: project,
    input: files,
    stdio: ['pipe', 'ignore', 'inherit'],
  });
  execFileSync('cp', ['--archive', join(project, 'node_modules'), join(other, 'node_modules')]);
  const env = { ...process.env, MAILCHUTE_COMMIT: commit, SOURCE_DATE_EPOCH: String(epoch) };
  execFileSync(process.execPath, [join(other, 'scripts', 'release.ts')], { cwd: other, env, stdio: 'ignore' });
  const sums = (tree: string) => readFileSync(join(tree, 'dist', 'release', 'SHA256SUMS'), 'utf8');
  assert.equal(sums(other), sums(project));
  say('built again in another place: every file is the same');
}

async function main(): Promise<void> {
  const fault = installDebianPackages([['curl', 'curl'], ['debootstrap', 'debootstrap'], ['groff', 'groff'], [
    'cpio',
    'cpio',
  ]]);
  if (fault !== undefined) throw new Error(fault);
  if (!existsSync(join(release, 'SHA256SUMS'))) throw new Error('Cannot check a release: run npm run release first');
  try {
    checkPapers();
    await checkBareRoot();
    await checkDebianPackage();
    await checkArm();
    if (process.argv.includes('--twice')) checkTwice();
  } finally {
    rmSync(work, { recursive: true, force: true });
  }
}

await main();
