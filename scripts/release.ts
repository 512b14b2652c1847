// Makes everything that is published of a version (`npm run release`) in dist/release: executables, packages, checksums.
import { execFileSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { chmodSync, copyFileSync, mkdirSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { compile } from './compile.ts';
import { type BuildInfo, readBuildInfo, toCommitDate } from './compile/build-info.ts';
import { type Target, TARGETS } from './compile/node-package.ts';
import { buildDebianPackage } from './release/debian.ts';
import { toManPage } from './release/man-page.ts';
import { type Lock, toBom } from './release/sbom.ts';

const root = resolve(import.meta.dirname, '..');
const output = join(root, 'dist', 'release');
const read = (...path: string[]) => readFileSync(join(root, ...path), 'utf8');

/** What is in every archive and package beside the executable. */
interface Papers {
  readonly manPage: string;
  readonly config: string;
  readonly unit: string;
  readonly license: string;
  readonly bom: string;
}

/** The text of the lock file's bill of materials. */
function toBomText({ version, epoch }: { version: string; epoch: number }): string {
  const { license } = JSON.parse(read('package.json')) as { license: string };
  const lock = JSON.parse(read('package-lock.json')) as Lock;
  return `${JSON.stringify(toBom(lock, { version, license, epoch }), null, 2)}\n`;
}

/** One folder with the executable and its papers, as a tar whose bytes depend on nothing else. */
function buildTarball(
  name: string,
  { executable, papers, epoch }: { executable: string; papers: Papers; epoch: number },
): void {
  const work = `${executable}.tree`;
  const folder = join(work, name);
  mkdirSync(folder, { recursive: true });
  copyFileSync(executable, join(folder, 'mailchute'));
  chmodSync(join(folder, 'mailchute'), 0o755);
  const files = {
    'mailchute.1': papers.manPage,
    'config.txt': papers.config,
    'mailchute.service': papers.unit,
    'LICENSE': papers.license,
    'LICENSES-of-what-is-inside.txt': readFileSync(`${executable}-licenses.txt`, 'utf8'),
    'sbom.cdx.json': papers.bom,
  };
  for (const [file, text] of Object.entries(files)) writeFileSync(join(folder, file), text, { mode: 0o644 });
  const same = ['--sort=name', '--owner=0', '--group=0', '--numeric-owner', '--mode=go-w', `--mtime=@${epoch}`];
  const env = { ...process.env, GZIP: undefined };
  execFileSync('tar', [...same, '-I', 'gzip -n -6', '-cf', join(output, `${name}.tar.gz`), name], { cwd: work, env });
  rmSync(work, { recursive: true });
}

async function releaseFor(
  target: Target,
  { info, papers }: { info: Required<BuildInfo>; papers: Papers },
): Promise<void> {
  const { version } = info;
  const epoch = info.epoch ?? 0;
  const name = `mailchute-${version}-${target}`;
  const executable = join(output, name);
  await compile({
    entry: join(root, 'src', 'main.ts'),
    output: executable,
    target,
    ...info,
    commitDate: toCommitDate(info),
  });
  const architecture = target === 'linux-x64' ? 'amd64' : 'arm64';
  buildTarball(name, { executable, papers, epoch });
  buildDebianPackage({
    ...papers,
    version,
    architecture,
    epoch,
    executable,
    copyright: `${papers.license}\n${readFileSync(`${executable}-licenses.txt`, 'utf8')}`,
    changelog: read('CHANGELOG.md'),
    output: join(output, `mailchute_${version}_${architecture}.deb`),
  });
  rmSync(`${executable}-licenses.txt`);
}

async function main(): Promise<void> {
  const info = readBuildInfo(root, process.env);
  const { version, epoch } = info;
  if (epoch === undefined) {
    throw new Error('Cannot release without a date: set SOURCE_DATE_EPOCH where there is no repository');
  }
  rmSync(output, { recursive: true, force: true });
  mkdirSync(output, { recursive: true });
  const papers: Papers = {
    manPage: toManPage({ version, date: toCommitDate(info) }),
    config: read('scripts', 'deploy', 'config.txt'),
    unit: read('scripts', 'deploy', 'mailchute.service'),
    license: read('LICENSE'),
    bom: toBomText({ version, epoch }),
  };
  writeFileSync(join(output, `mailchute-${version}.cdx.json`), papers.bom);
  for (const target of TARGETS) await releaseFor(target, { info, papers });
  const sums = readdirSync(output).sort().map((file) => {
    const digest = createHash('sha256').update(readFileSync(join(output, file))).digest('hex');
    return `${digest}  ${file}\n`;
  });
  writeFileSync(join(output, 'SHA256SUMS'), sums.join(''));
  process.stdout.write(`dist/release:\n${sums.join('')}`);
}

await main().catch((error: unknown) => {
  process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
  process.exitCode = 1;
});
