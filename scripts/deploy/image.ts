// Builds images with buildah where no container engine runs, from base images that it makes out of a bare Debian root.
import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import { copyFileSync, cpSync, existsSync, mkdirSync, mkdtempSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { makeMinimalRoot } from '../../tests/support/minimal-root.ts';

const project = resolve(import.meta.dirname, '../..');

/** The settings of an image, as in its manifest. */
export interface ImageConfig {
  readonly User: string;
  readonly WorkingDir: string;
  readonly Env: readonly string[];
  readonly Entrypoint: readonly string[];
  readonly Cmd: readonly string[];
  readonly ExposedPorts: Readonly<Record<string, unknown>>;
  readonly Labels: Readonly<Record<string, string>>;
  readonly Healthcheck: { readonly Test: readonly string[] };
}

/** What to run in a container. */
export interface Start {
  readonly command: readonly string[];
  /** Beyond the image's own, as in NAME=VALUE. */
  readonly env?: readonly string[];
}

/** A storage of its own for images, which `remove()` takes away with everything in it. */
export class ImageStore {
  readonly directory = mkdtempSync(join(tmpdir(), 'mailchute-images-'));

  /** Runs buildah to its end; what it prints is returned, its progress goes to stderr. */
  buildah(args: readonly string[], stderr: 'ignore' | 'inherit' = 'ignore'): string {
    const options = { encoding: 'utf8', cwd: project, maxBuffer: 1 << 26, env: this.#env() } as const;
    return execFileSync('buildah', [...this.#storage(), ...args], { ...options, stdio: ['ignore', 'pipe', stderr] })
      .trim();
  }

  /** Starts a program in a container, on the network of this machine. */
  start(container: string, { command, env = [] }: Start): ChildProcess {
    const settings = env.flatMap((setting) => ['--env', setting]);
    const args = ['run', '--isolation=chroot', ...settings, container, '--', ...command];
    return spawn('buildah', [...this.#storage(), ...args], { env: this.#env(), stdio: ['ignore', 'pipe', 'pipe'] });
  }

  /** A bare Debian root as an image: it stands in for the base image. */
  async addBase(name: string): Promise<void> {
    const root = await makeMinimalRoot();
    this.#commit(name, { root });
  }

  /** The same with Node and npm, and with what npm needs on this machine to reach its packages. */
  async addBuildBase(name: string): Promise<void> {
    const root = await makeMinimalRoot();
    const bin = join(root, 'usr', 'local', 'bin');
    copyFileSync(realpathSync(join(project, 'node_modules', '.bin', 'node')), join(bin, 'node'));
    const npm = realpathSync(execFileSync('sh', ['-c', 'command -v npm'], { encoding: 'utf8' }).trim());
    cpSync(resolve(npm, '../..'), join(root, 'usr', 'local', 'lib', 'npm'), { recursive: true });
    writeFileSync(join(bin, 'npm'), '#!/bin/sh\nexec node /usr/local/lib/npm/bin/npm-cli.js "$@"\n', { mode: 0o755 });
    const home = join(root, homedir());
    mkdirSync(home, { recursive: true });
    if (existsSync(join(homedir(), '.npmrc'))) copyFileSync(join(homedir(), '.npmrc'), join(home, '.npmrc'));
    const authorities = process.env['NODE_EXTRA_CA_CERTS'];
    if (authorities === undefined) return this.#commit(name, { root });
    mkdirSync(join(root, 'etc/ssl/certs'), { recursive: true });
    copyFileSync(authorities, join(root, 'etc/ssl/certs/ca-certificates.crt'));
    this.#commit(name, { root, settings: ['--env', 'NODE_EXTRA_CA_CERTS=/etc/ssl/certs/ca-certificates.crt'] });
  }

  /** What the image says about itself. */
  inspect(image: string): ImageConfig {
    const { Docker } = JSON.parse(this.buildah(['inspect', '--type=image', image])) as {
      Docker: { config: ImageConfig };
    };
    return Docker.config;
  }

  remove(): void {
    execFileSync('buildah', [...this.#storage(), 'rm', '--all'], { env: this.#env(), stdio: 'ignore' });
    rmSync(this.directory, { recursive: true, force: true });
  }

  #commit(name: string, { root, settings = [] }: { root: string; settings?: readonly string[] }): void {
    const container = this.buildah(['from', 'scratch']);
    this.buildah(['add', '--quiet', container, root, '/']);
    if (settings.length > 0) this.buildah(['config', ...settings, container]);
    this.buildah(['commit', '--quiet', '--rm', container, name]);
    rmSync(root, { recursive: true, force: true });
  }

  // The plainest of the drivers: it copies whole roots, and works where nothing may be mounted.
  #storage(): string[] {
    return [
      '--storage-driver=vfs',
      `--root=${join(this.directory, 'root')}`,
      `--runroot=${join(this.directory, 'run')}`,
    ];
  }

  #env(): NodeJS.ProcessEnv {
    return { ...process.env, TMPDIR: this.directory };
  }
}
