// Loads a server's certificate chain and private key from PEM files, with errors that say what is wrong with them.

import { Buffer } from 'node:buffer';
import { createPrivateKey, type KeyObject, X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { parsePem, type PemBlocks } from './pem.ts';

/** Where a certificate is. */
export interface CertificateFiles {
  /** The server's certificate first, then those of the authorities between it and the root. */
  readonly certificatePath: string;
  /** May be the same file. */
  readonly keyPath: string;
}

/** A certificate that belongs to its key. */
export interface Certificate {
  /** The chain in PEM. */
  readonly cert: string;
  /** The private key in PEM. */
  readonly key: string;
  /** Distinguished name, on one line. */
  readonly subject: string;
  readonly notBefore: Date;
  readonly notAfter: Date;
  /** SHA-256 in hexadecimal, as browsers and OpenSSL show it. */
  readonly fingerprint: string;
  /** A sentence for each thing that clients who verify may stumble over; dates excepted. */
  readonly doubts: readonly string[];
}

/** A certificate that cannot be used; the message names file, fault and remedy. */
export class CertificateError extends Error {
  override readonly name = 'CertificateError';
}

/** Reads and checks both files; throws `CertificateError`. */
export function loadCertificate(
  { certificatePath, keyPath }: CertificateFiles,
  { readFile = readFileSync }: { readonly readFile?: (path: string) => Uint8Array } = {},
): Certificate {
  const certificateBlocks = readPem(certificatePath, readFile);
  const keyBlocks = readPem(keyPath, readFile);
  if (certificateBlocks.certificates.length === 0) throw toNoCertificate(certificatePath, certificateBlocks);
  const key = findKey(keyPath, keyBlocks);
  const chain = parseChain(certificatePath, certificateBlocks);
  const leaf = chain[0]!;
  if (!leaf.checkPrivateKey(key.object)) throw toMismatch({ certificatePath, keyPath }, chain, key.object);
  return {
    cert: `${certificateBlocks.certificates.join('\n')}\n`,
    key: `${key.pem}\n`,
    subject: leaf.subject.replaceAll('\n', ', '),
    notBefore: new Date(leaf.validFrom),
    notAfter: new Date(leaf.validTo),
    fingerprint: leaf.fingerprint256,
    doubts: findDoubts(certificatePath, chain),
  };
}

function readPem(path: string, readFile: (path: string) => Uint8Array): PemBlocks {
  try {
    return parsePem(Buffer.from(readFile(path)).toString('latin1'));
  } catch (error) {
    throw new CertificateError(`${path} cannot be read: ${toReason(error)}`, { cause: error });
  }
}

const REASONS: Readonly<{ [code: string]: string }> = {
  ENOENT: 'there is no such file',
  EACCES: 'permission denied',
  EISDIR: 'it is a directory',
};

function toReason(error: unknown): string {
  const { code, message } = error as NodeJS.ErrnoException;
  return REASONS[code ?? ''] ?? message;
}

function toNoCertificate(path: string, { keys }: PemBlocks): CertificateError {
  const why = keys.length > 0
    ? 'holds a private key and no certificate: are the two files swapped?'
    : 'holds no certificate in PEM form (-----BEGIN CERTIFICATE-----); openssl x509 converts other forms';
  return new CertificateError(`${path} ${why}`);
}

function findKey(
  path: string,
  { keys, certificates }: PemBlocks,
): { readonly pem: string; readonly object: KeyObject } {
  const [key] = keys;
  if (key === undefined) {
    const why = certificates.length > 0
      ? 'holds a certificate and no private key: name the file with the key'
      : 'holds no private key in PEM form (-----BEGIN PRIVATE KEY-----); openssl pkey converts other forms';
    throw new CertificateError(`${path} ${why}`);
  }
  if (keys.length > 1) throw new CertificateError(`${path} holds ${keys.length} private keys: leave one`);
  if (key.isEncrypted) {
    throw new CertificateError(
      `${path} is encrypted, and nobody is there to type the passphrase: openssl pkey opens it`,
    );
  }
  try {
    return { pem: key.pem, object: createPrivateKey(key.pem) };
  } catch (error) {
    throw new CertificateError(`${path} holds no private key that can be used: ${toReason(error)}`, { cause: error });
  }
}

function parseChain(path: string, { certificates }: PemBlocks): X509Certificate[] {
  return certificates.map((pem, index) => {
    try {
      return new X509Certificate(pem);
    } catch (error) {
      throw new CertificateError(`${path}: certificate ${index + 1} is damaged: ${toReason(error)}`, { cause: error });
    }
  });
}

function toMismatch(
  { certificatePath, keyPath }: CertificateFiles,
  chain: readonly X509Certificate[],
  key: KeyObject,
): CertificateError {
  const place = chain.findIndex((certificate) => certificate.checkPrivateKey(key)) + 1;
  return new CertificateError(
    place > 0
      ? `${certificatePath}: the certificate of the key is number ${place} and must be the first, its issuer the next`
      : `${keyPath} holds the key of another certificate than the one in ${certificatePath}`,
  );
}

/** RFC 8446 section 4.4.2: each certificate should certify the one before it. */
function findDoubts(path: string, chain: readonly X509Certificate[]): string[] {
  const broken = chain.findIndex((certificate, index) => {
    const next = chain[index + 1];
    return next !== undefined && !certificate.checkIssued(next);
  });
  if (broken < 0) return [];
  return [`${path}: certificate ${broken + 2} did not issue certificate ${broken + 1}; some clients may not trust it`];
}
