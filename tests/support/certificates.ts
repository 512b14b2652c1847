// Certificates made for a test, each with a key of its own.
import { createPrivateKey } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CertificateFiles } from '../../src/net/certificate.ts';
import { createSelfSigned, createServerKey } from '../../src/net/self-signed.ts';

/** A certificate and its key in PEM. */
export interface CertificatePair {
  readonly certificate: string;
  readonly key: string;
}

/** Makes a pair; `now` is the time of its making. */
export function makePair(name: string, now = new Date()): CertificatePair {
  const key = createServerKey();
  return { key, certificate: createSelfSigned(createPrivateKey(key), { name, now }) };
}

/** Writes a pair into a directory, over the one that is there. */
export function writePair(directory: string, { certificate, key }: CertificatePair): CertificateFiles {
  const files = { certificatePath: join(directory, 'server.crt'), keyPath: join(directory, 'server.key') };
  writeFileSync(files.certificatePath, certificate);
  writeFileSync(files.keyPath, key, { mode: 0o600 });
  return files;
}
