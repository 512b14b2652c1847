// Keeps a self-signed certificate in two files: made at the first start, the same ever after.

import { createPrivateKey, randomUUID } from 'node:crypto';
import { closeSync, fsyncSync, linkSync, openSync, readFileSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { CertificateError, type CertificateFiles } from './certificate.ts';
import { createSelfSigned, createServerKey } from './self-signed.ts';

/** Where to keep it, and for which name. */
export interface KeptSelfSignedOptions {
  readonly directory: string;
  /** The host name, when it has to be made. */
  readonly name: string;
}

/**
 * Makes `self-signed.key` and `self-signed.crt` unless they are there, readable by their owner alone. Several processes
 * may do so at once: they end up with the same pair. Throws `CertificateError` when the files cannot be written.
 */
export function keepSelfSigned({ directory, name }: KeptSelfSignedOptions): CertificateFiles {
  const keyPath = join(directory, 'self-signed.key');
  const certificatePath = join(directory, 'self-signed.crt');
  try {
    const key = readOrCreate(keyPath, createServerKey);
    readOrCreate(certificatePath, () => createSelfSigned(createPrivateKey(key), { name }));
  } catch (error) {
    const text = error instanceof Error ? error.message : String(error);
    throw new CertificateError(`the self-signed certificate cannot be kept in ${directory}: ${text}`, { cause: error });
  }
  return { certificatePath, keyPath };
}

/** The first of several creators wins; all of them get the winner's text. */
function readOrCreate(path: string, create: () => string): string {
  const found = readIfThere(path);
  if (found !== undefined) return found;
  const draft = `${path}.${randomUUID()}`;
  try {
    writeDurably(draft, create());
    linkSync(draft, path); // unlike a rename it never replaces, and the file is complete from its first moment
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error;
  } finally {
    rmSync(draft, { force: true });
  }
  return readFileSync(path, 'latin1');
}

function readIfThere(path: string): string | undefined {
  try {
    return readFileSync(path, 'latin1');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return undefined;
    throw error;
  }
}

function writeDurably(path: string, text: string): void {
  const descriptor = openSync(path, 'wx', 0o600);
  try {
    writeSync(descriptor, text);
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
