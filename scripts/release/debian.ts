// The Debian package: its tree and its control files. Who installs it gets a service that runs as a user of its own.
import { execFileSync } from 'node:child_process';
import { chmodSync, copyFileSync, mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import process from 'node:process';
import { gzipSync } from 'node:zlib';

/** What goes into the package. */
export interface DebianOptions {
  readonly version: string;
  readonly architecture: 'amd64' | 'arm64';
  /** Seconds since 1970, of every file. */
  readonly epoch: number;
  readonly executable: string;
  readonly manPage: string;
  readonly config: string;
  readonly unit: string;
  readonly copyright: string;
  readonly changelog: string;
  /** Where to write the package. */
  readonly output: string;
}

/** The fields that tell dpkg what it is; `kilobytes` is what it takes installed. */
export function toControl({ version, architecture }: DebianOptions, kilobytes: number): string {
  return `Package: mailchute
Version: ${version}
Architecture: ${architecture}
Maintainer: The mailchute authors <mailchute@localhost>
Installed-Size: ${kilobytes}
Depends: libc6 (>= 2.28), libstdc++6, libgcc-s1, adduser
Section: mail
Priority: optional
Description: mail ingest gateway: SMTP and HTTP in, a durable queue out
 Mail comes in by SMTP and by an HTTP API, passes one pipeline, and comes out as
 JSON records on RabbitMQ or on an embedded queue. A 250 or a 2xx means that the
 message is durable.
`;
}

/** Runs after the files are there. The service is started, but a port that is taken does not fail the installation. */
export const POSTINST = `#!/bin/sh
set -e
if [ "$1" = configure ]; then
  adduser --quiet --system --group --no-create-home --home /var/lib/mailchute mailchute
  install -d -o mailchute -g mailchute -m 700 /var/lib/mailchute
  install -d -o mailchute -g mailchute -m 750 /var/log/mailchute
  if [ -z "$2" ]; then
    # It may hold passwords.
    chown root:mailchute /etc/mailchute/config.txt
    chmod 640 /etc/mailchute/config.txt
  fi
  if [ -d /run/systemd/system ]; then
    systemctl daemon-reload
    if [ -z "$2" ]; then
      systemctl enable --now mailchute.service || echo 'mailchute: see journalctl -u mailchute' >&2
    else
      systemctl try-restart mailchute.service || echo 'mailchute: see journalctl -u mailchute' >&2
    fi
  fi
fi
`;

/** Runs before the files go; an upgrade keeps the old program running until the new one is there. */
export const PRERM = `#!/bin/sh
set -e
if [ "$1" = remove ] && [ -d /run/systemd/system ]; then
  systemctl disable --now mailchute.service
fi
`;

/** Runs after the files are gone; a purge takes configuration, queue, logs and user, too. */
export const POSTRM = `#!/bin/sh
set -e
if [ -d /run/systemd/system ]; then
  systemctl daemon-reload
fi
if [ "$1" = purge ]; then
  rm -rf /var/lib/mailchute /var/log/mailchute /etc/mailchute
  if command -v deluser > /dev/null && getent passwd mailchute > /dev/null; then
    deluser --quiet --system mailchute
  fi
fi
`;

/** Builds the package; the same options make the same bytes. */
export function buildDebianPackage(options: DebianOptions): void {
  const { executable, manPage, config, unit, copyright, changelog, version, epoch, output } = options;
  const root = `${output}.root`;
  const put = (path: string, content: string | Uint8Array, { mode = 0o644 } = {}) => {
    mkdirSync(dirname(join(root, path)), { recursive: true, mode: 0o755 });
    writeFileSync(join(root, path), content, { mode });
    chmodSync(join(root, path), mode);
  };
  rmSync(root, { recursive: true, force: true });
  mkdirSync(join(root, 'usr/bin'), { recursive: true });
  copyFileSync(executable, join(root, 'usr/bin/mailchute'));
  chmodSync(join(root, 'usr/bin/mailchute'), 0o755);
  put('lib/systemd/system/mailchute.service', unit);
  put('usr/share/man/man1/mailchute.1.gz', gzipSync(manPage, { level: 9 }));
  put('usr/share/doc/mailchute/copyright', copyright);
  put('usr/share/doc/mailchute/changelog.gz', gzipSync(toDebianChangelog(changelog, { version, epoch }), { level: 9 }));
  put('etc/mailchute/config.txt', config);
  const kilobytes = Number(
    execFileSync('du', ['--summarize', '--apparent-size', '-k', root], { encoding: 'utf8' }).split('\t')[0],
  );
  put('DEBIAN/control', toControl(options, kilobytes));
  put('DEBIAN/conffiles', '/etc/mailchute/config.txt\n');
  for (const [name, script] of Object.entries({ postinst: POSTINST, prerm: PRERM, postrm: POSTRM })) {
    put(`DEBIAN/${name}`, script, { mode: 0o755 });
  }
  const env = { ...process.env, SOURCE_DATE_EPOCH: String(epoch) };
  execFileSync('dpkg-deb', ['--root-owner-group', '-Zgzip', '-z6', '--build', root, output], { env, stdio: 'ignore' });
  rmSync(root, { recursive: true });
}

/** In the form that Debian's tools read: our own list is behind it. */
function toDebianChangelog(changelog: string, { version, epoch }: Pick<DebianOptions, 'version' | 'epoch'>): string {
  const date = new Date(epoch * 1000).toUTCString().replace('GMT', '+0000');
  const lines = changelog.split('\n').filter((line) => /^(- | {2}\S)/.test(line))
    .map((line) => line.startsWith('- ') ? `  * ${line.slice(2)}` : `    ${line.trim()}`);
  return `mailchute (${version}) unstable; urgency=medium\n\n${lines.join('\n')}\n\n` +
    ` -- The mailchute authors <mailchute@localhost>  ${date}\n`;
}
