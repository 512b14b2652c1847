// Builds the one executable (`npm run compile`): src/main.ts and its packages as one script inside a copy of Node's binary.
import { spawnSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import process from 'node:process';
import { parseArgs } from 'node:util';
import { build, type Metafile } from 'esbuild';
import { readBuildInfo, toCommitDate } from './compile/build-info.ts';
import { collectLicenses } from './compile/collect-licenses.ts';
import { findNodePackage, type Target, TARGETS } from './compile/node-package.ts';

const root = resolve(import.meta.dirname, '..');
// Node looks for this mark in its own binary to know whether a script was put in; postject flips it.
const sentinelFuse = 'NODE_SEA_FUSE_fce680ab2cc467b6e072b8b5df1996b2';

// V8's first limit for old memory is so low that the bytes of mail in flight make it collect ten times a second.
// scripts/mailchute and `npm start` say the same to Node.
export const memoryFlags = ['--initial-old-space-size=128'];

export interface CompileOptions {
  entry: string;
  output: string;
  target: Target;
  version: string;
  commit: string;
  commitDate: string;
}

/** Writes the executable to `output` and the licences of what it contains beside it. */
export async function compile(options: CompileOptions): Promise<void> {
  const runtime = findNodePackage(root, options.target);
  const parts = `${options.output}.parts`;
  rmSync(parts, { recursive: true, force: true });
  mkdirSync(parts, { recursive: true });
  const { script, metafile } = await bundle(options);
  writeFileSync(join(parts, 'main.cjs'), script);
  const config = {
    main: 'main.cjs',
    output: 'main.blob',
    disableExperimentalSEAWarning: true,
    // Carried along, the compiled script saves a good part of the start; it cannot be made for another processor.
    useCodeCache: options.target === hostTarget(),
    execArgv: memoryFlags,
  };
  writeFileSync(join(parts, 'sea.json'), JSON.stringify(config));
  // The blob is the same for every platform: it is made by the one whose binary can run here.
  const node = join(findNodePackage(root, hostTarget()), 'bin', 'node');
  // With a seed of V8's own choice the compiled script would differ from build to build.
  // With the flags of the executable, which else takes the compiled script for another engine's.
  run(node, [...memoryFlags, '--random-seed=1', '--experimental-sea-config', 'sea.json'], { cwd: parts });
  const executable = join(parts, 'executable');
  copyFileSync(join(runtime, 'bin', 'node'), executable);
  chmodSync(executable, 0o755);
  const postject = join(root, 'node_modules', 'postject', 'dist', 'cli.js');
  run(node, [postject, executable, 'NODE_SEA_BLOB', 'main.blob', '--sentinel-fuse', sentinelFuse], { cwd: parts });
  renameSync(executable, options.output);
  writeFileSync(`${options.output}-licenses.txt`, collectLicenses(root, { metafile, runtime }));
  rmSync(parts, { recursive: true });
}

/** One CommonJS script without imports other than Node's own, the only kind that a single executable can load. */
export async function bundle(
  options: Omit<CompileOptions, 'output' | 'target'>,
): Promise<{ script: string; metafile: Metafile }> {
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
      MAILCHUTE_COMMIT_DATE: JSON.stringify(options.commitDate),
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

/** The platform that this script runs on. */
function hostTarget(): Target {
  const host = TARGETS.find((target) => target === `${process.platform}-${process.arch}`);
  if (host === undefined) throw new Error(`Cannot compile: run this on ${TARGETS.join(' or ')}`);
  return host;
}

/** Both tools write their progress and a remark about missing signatures; it is of interest only when they fail. */
function run(command: string, args: string[], { cwd }: { cwd: string }): void {
  const { status, stdout, stderr } = spawnSync(command, args, { cwd, encoding: 'utf8' });
  if (status !== 0) {
    throw new Error(`Cannot compile: ${command} ${args.join(' ')} ended with ${status}\n${stdout}${stderr}`);
  }
}

async function main(): Promise<void> {
  const { values } = parseArgs({ options: { target: { type: 'string', default: hostTarget() } } });
  const target = TARGETS.find((known) => known === values.target);
  if (target === undefined) throw new Error(`Cannot compile for ${values.target}: it is one of ${TARGETS.join(', ')}`);
  const output = join(root, 'dist', target === hostTarget() ? 'mailchute' : `mailchute-${target}`);
  mkdirSync(dirname(output), { recursive: true });
  const info = readBuildInfo(root, process.env);
  await compile({ entry: join(root, 'src', 'main.ts'), output, target, ...info, commitDate: toCommitDate(info) });
  const said = target === hostTarget() ? runVersion(output) : `for ${target}\n`;
  process.stdout.write(`dist/${basename(output)}: ${said}`);
}

/** The executable must start without a word beside its version, such as that its compiled script was not taken. */
function runVersion(executable: string): string {
  const { stdout, stderr, status } = spawnSync(executable, ['version'], { encoding: 'utf8' });
  if (status !== 0 || stderr !== '') throw new Error(`The executable does not start as it should: ${stderr}`);
  return stdout;
}

if (import.meta.main) {
  await main().catch((error: unknown) => {
    process.stderr.write(`${error instanceof Error ? error.message : error}\n`);
    process.exitCode = 1;
  });
}
