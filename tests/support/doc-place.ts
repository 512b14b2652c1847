// A directory in which the examples of the documentation run: it stands for the folders of the system that they name.
import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { makePair } from './certificates.ts';

/** Folders of the system that examples name, and where they are below the directory. */
const FOLDERS: Readonly<Record<string, string>> = {
  '/etc/mailchute': 'etc/mailchute',
  '/etc/mailerq': 'etc/mailerq',
  '/var/lib/mailchute': 'var/lib/mailchute',
  '/var/log/mailchute': 'var/log/mailchute',
  '/usr/local/bin': 'bin',
};

/** What stands in the files that examples take for granted. */
const FILES: Readonly<Record<string, string>> = {
  'etc/mailchute/local-addresses': 'exact postmaster@example.com\nsubstr @lists.example.com\n',
  'etc/mailchute/tokens': `billing:${'0f'.repeat(32)}\n`,
  'etc/mailchute/users': 'monitor:$5$salt$Gcm6FsVtF/Qa77ZKD.iwsJlCVPY0XSMgLJL0Hnww/c1\n',
  'etc/mailchute/blocklist': '192.0.2.0/24\n',
};

/** Names of certificate files and of the keys for them. */
const CERTIFICATES: readonly (readonly [certificate: string, key: string])[] = [
  ['fullchain.pem', 'privkey.pem'],
  ['mx.example.com.pem', 'mx.example.com.key'],
  ['api.example.com.pem', 'api.example.com.key'],
  ['mail.example.com.pem', 'mail.example.com.key'],
  ['ldap-ca.pem', 'ldap-ca.key'],
  ['rabbitmq-ca.pem', 'rabbitmq-ca.key'],
];

/** Makes the folders and files below a directory. */
export function furnish(directory: string): void {
  for (const folder of Object.values(FOLDERS)) mkdirSync(join(directory, folder), { recursive: true });
  for (const [path, text] of Object.entries(FILES)) writeFileSync(join(directory, path), text);
  const { certificate, key: privateKey } = makePair('mx.example.com');
  for (const [name, key] of CERTIFICATES) {
    writeFileSync(join(directory, 'etc/mailchute', name), certificate);
    writeFileSync(join(directory, 'etc/mailchute', key), privateKey, { mode: 0o600 });
  }
  writeFileSync(join(directory, 'bin/check-login'), '#!/bin/sh\nread -r password\n[ "$password" = secret ]\n');
  chmodSync(join(directory, 'bin/check-login'), 0o755);
}

/** An example with the folders of the directory in the place of the system's. */
export function movePaths(text: string, directory: string): string {
  return Object.entries(FOLDERS).reduce(
    (moved, [folder, place]) => moved.replaceAll(folder, join(directory, place)),
    text,
  );
}
