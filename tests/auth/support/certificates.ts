// Makes a certificate authority and server certificates for the TLS tests, with the openssl command.

import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** Paths of PEM files. */
export interface Certificate {
  readonly certificate: string;
  readonly key: string;
}

/** A certificate authority in this directory. */
export interface Authority {
  readonly ca: string;
  /** A certificate for these subject alternative names, as in `DNS:localhost,IP:127.0.0.1`. */
  issue(name: string, subjectAltName: string): Certificate;
}

/** Makes the authority; `name` keeps several apart. */
export function createAuthority(directory: string, name = 'ca'): Authority {
  const ca = join(directory, `${name}.pem`);
  const caKey = join(directory, `${name}.key`);
  openssl('req', '-x509', ...newKey(caKey), '-out', ca, '-days', '2', '-subj', `/CN=Test authority ${name}`);
  return {
    ca,
    issue(server, subjectAltName) {
      const [certificate, key] = [join(directory, `${server}.pem`), join(directory, `${server}.key`)];
      const [request, extensions] = [`${certificate}.csr`, `${certificate}.ext`];
      openssl('req', ...newKey(key), '-out', request, '-subj', `/CN=${server}`);
      writeFileSync(extensions, `subjectAltName=${subjectAltName}\n`);
      const sign = ['-CA', ca, '-CAkey', caKey, '-CAcreateserial', '-days', '2', '-extfile', extensions];
      openssl('x509', '-req', '-in', request, '-out', certificate, ...sign);
      return { certificate, key };
    },
  };
}

function newKey(path: string): string[] {
  return ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:prime256v1', '-nodes', '-keyout', path];
}

function openssl(...args: readonly string[]): void {
  execFileSync('openssl', args, { stdio: 'pipe' });
}
