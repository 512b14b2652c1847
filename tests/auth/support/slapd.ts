// Starts OpenLDAP's slapd on loopback with a directory of its own: ou=people,dc=example,dc=com with a few users.

import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { freePorts } from '../../support/free-port.ts';
import type { Certificate } from './certificates.ts';
import { startServerProcess } from './server-process.ts';

/** A running server. */
export interface Slapd {
  readonly port: number;
  readonly tlsPort: number;
}

/** Users: name and password; `uid` is written as LDIF takes it. */
export type LdapUsers = readonly { readonly uid: string; readonly password?: string; readonly ou?: string }[];

/** Starts the server with these users; without an `ou` a user is in ou=people. */
export async function startSlapd(
  context: TestContext,
  { directory, users, ca, certificate, key }: Certificate & {
    readonly directory: string;
    readonly users: LdapUsers;
    readonly ca: string;
  },
): Promise<Slapd> {
  const data = join(directory, 'data');
  mkdirSync(data);
  const configuration = join(directory, 'slapd.conf');
  writeFileSync(
    configuration,
    `
include /etc/ldap/schema/core.schema
include /etc/ldap/schema/cosine.schema
include /etc/ldap/schema/inetorgperson.schema
pidfile ${directory}/slapd.pid
modulepath /usr/lib/ldap
moduleload back_mdb
TLSCACertificateFile ${ca}
TLSCertificateFile ${certificate}
TLSCertificateKeyFile ${key}
database mdb
maxsize 16777216
suffix "dc=example,dc=com"
directory ${data}
access to attrs=userPassword by anonymous auth
access to * by * none
`,
  );
  const entries = join(directory, 'entries.ldif');
  writeFileSync(entries, toLdif(users));
  execFileSync('/usr/sbin/slapadd', ['-f', configuration, '-l', entries], { stdio: 'pipe' });
  const [port = 0, tlsPort = 0] = await freePorts(2);
  await startServerProcess(context, {
    path: '/usr/sbin/slapd',
    arguments: ['-f', configuration, '-h', `ldap://127.0.0.1:${port} ldaps://127.0.0.1:${tlsPort}`, '-d', 'stats'],
    readyText: 'slapd starting',
  });
  // That line comes a moment before the server listens.
  for (const each of [port, tlsPort]) await waitForListener(each);
  return { port, tlsPort };
}

async function waitForListener(port: number): Promise<void> {
  for (let attempt = 0; attempt < 500; attempt++) {
    if (await isListening(port)) return;
    await sleep(10);
  }
  throw new Error(`nobody listens on port ${port}`);
}

function isListening(port: number): Promise<boolean> {
  return new Promise((resolve) => {
    const socket = connect({ host: '127.0.0.1', port });
    socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
    socket.once('connect', () => socket.destroy());
  });
}

function toLdif(users: LdapUsers): string {
  const units = ['people', 'admins'].map((ou) =>
    `dn: ou=${ou},dc=example,dc=com\nobjectClass: organizationalUnit\nou: ${ou}\n`
  );
  const base = 'dn: dc=example,dc=com\nobjectClass: dcObject\nobjectClass: organization\no: Example\ndc: example\n';
  return [base, ...units, ...users.map(toEntry)].join('\n');
}

function toEntry({ uid, password, ou = 'people' }: LdapUsers[number]): string {
  const dn = `uid=${
    [...new TextEncoder().encode(uid)].map((byte) => `\\${byte.toString(16).padStart(2, '0')}`).join('')
  }`;
  const lines = [
    `dn: ${dn},ou=${ou},dc=example,dc=com`,
    'objectClass: inetOrgPerson',
    `uid:: ${toBase64(uid)}`,
    'cn: x',
    'sn: x',
  ];
  if (password !== undefined) lines.push(`userPassword:: ${toBase64(password)}`);
  return `${lines.join('\n')}\n`;
}

function toBase64(text: string): string {
  return btoa(String.fromCharCode(...new TextEncoder().encode(text)));
}
