// Builds the one executable (`npm run compile`): src/main.ts and its packages as one script inside a copy of Node's binary.
import { execFileSync, spawnSync } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { build, type Metafile } from 'esbuild';

const root = resolve(import.meta.dirname, '..');
// Node looks for this mark in its own binary to know whether a script was put in; postject flips it.
const sentinelFuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

export interface CompileOptions {
  entry: string;
  output: string;
  version: string;
  commit: string;
}

/** Writes the executable to `output` and the licences of what it contains beside it. */
export async function compile(options: CompileOptions): Promise<void> {
  const node = findNode();
  const parts = `${options.output}.parts`;
  rmSync(parts, { recursive: true, force: true });
  mkdirSync(parts, { recursive: true });
  const { script, metafile } = await bundle(options);
  writeFileSync(join(parts, 'main.cjs'), script);
  const config = {
    main: 'main.cjs',
    output: 'main.blob',
    disableExperimentalSEAWarning: true,
    // Carrying compiled functions along would save 40 ms of the start, and make every build another file.
    useCodeCache: false,
  };
  writeFileSync(join(parts, 'sea.json'), JSON.stringify(config));
  run(node, ['--experimental-sea-config', 'sea.json'], { cwd: parts });
  const executable = join(parts, 'executable');
  copyFileSync(node, executable);
  chmodSync(executable, 0o755);
  const postject = join(root, 'node_modules', 'postject', 'dist', 'cli.js');
  run(node, [postject, executable, 'NODE_SEA_BLOB', 'main.blob', '--sentinel-fuse', sentinelFuse], { cwd: parts });
  renameSync(executable, options.output);
  writeFileSync(`${options.output}-licenses.txt`, collectLicenses(metafile, node));
  rmSync(parts, { recursive: true });
}

/** One CommonJS script without imports other than Node's own, the only kind that a single executable can load. */
export async function bundle(options: CompileOptions): Promise<{ script: string; metafile: Metafile }> {
  const result = await build({
    absWorkingDir: root,
    entryPoints: [options.entry],
    bundle: true,
    write: false,
    metafile: true,
    platform: 'node',
    target: 'node24',
    format: 'cjs',
    charset: 'utf8',
    // The names stand in logged errors' stacks; size hardly matters beside Node's own.
    keepNames: true,
    banner: { js: 'const __mailchuteUrl = require("node:url").pathToFileURL(__filename).href;' },
    define: {
      MAILCHUTE_VERSION: JSON.stringify(options.version),
      MAILCHUTE_COMMIT: JSON.stringify(options.commit),
      'import.meta.url': '__mailchuteUrl',
      'import.meta.filename': '__filename',
      'import.meta.dirname': '__dirname',
      'import.meta.main': 'true',
    },
    logLevel: 'silent',
  });
  // The bundler warns of what it cannot keep, such as import.meta.resolve: an executable must not guess.
  const warnings = result.warnings.map(({ text, location }) => `${location?.file}:${location?.line}: ${text}`);
  if (warnings.length > 0) throw new Error(`Cannot bundle: ${warnings.join('\n')}`);
  return { script: result.outputFiles[0]?.text ?? '', metafile: result.metafile };
}

/** The binary of the pinned platform package: not the Node that runs this script, so that every build is the same. */
function findNode(): string {
  const name = `node-${process.platform}-${process.arch}`;
  const path = join(root, 'node_modules', name, 'bin', 'node');
  if (!existsSync(path)) {
    throw new Error(`Cannot compile: no package ${name} in node_modules (Linux on x64 or arm64, npm ci)`);
  }
  return path;
}

/** Both tools write their progress and a remark about missing signatures; it is of interest only when they fail. */
function run(command: string, args: string[], { cwd }: { cwd: string }): void {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) {
    throw new Error(`Cannot compile: ${command} ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`);
  }
}

/** The licence texts of all bundled packages and of Node: their terms ask that every copy carries them. */
function collectLicenses(metafile: Metafile, node: string): string {
  const folders = Object.keys(metafile.inputs).map((path) => /^.*node_modules\/(@[^/]+\/)?[^/]+/.exec(path)?.[0]);
  const packages = [...new Set(folders.filter((folder) => folder !== undefined))].sort();
  return [...packages.map((folder) => join(root, folder)), dirname(dirname(node))].map((folder) => {
    const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Record<string, unknown>;
    const files = readdirSync(folder).filter((name) => /^(licen[cs]e|notice)/i.test(name)).sort();
    const texts = files.map((name) => readFileSync(join(folder, name), 'utf8').trim());
    return [`${manifest['name']} ${manifest['version']} (${manifest['license']})`, ...texts].join('\n\n');
  }).join(`\n\n${'-'.repeat(80)}\n\n`) + '\n';
}

/** The short commit, `-dirty` with uncommitted changes; empty where there is no repository. */
function readCommit(): string {
  try {
    const args = ['describe', '--always', '--dirty', '--exclude=*'];
    return execFileSync('git', args, { cwd: root, encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] }).trim();
  } catch {
    return '';
  }
}

async function main(): Promise<void> {
  const { version } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8')) as { version: string };
  const output = join(root, 'dist', 'mailchute');
  mkdirSync(dirname(output), { recursive: true });
  await compile({ entry: join(root, 'src', 'main.ts'), output, version, commit: readCommit() });
  process.stdout.write(`dist/${basename(output)}: ${execFileSync(output, ['version'], { encoding: 'utf8' })}`);
}

if (import.meta.main) {
  await main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  });
}
