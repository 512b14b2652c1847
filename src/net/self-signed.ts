// Makes a self-signed certificate for the greeting name: encryption without anybody's word for who is at the other end.

import { Buffer } from 'node:buffer';
import { createPublicKey, generateKeyPairSync, type KeyObject, randomBytes, sign } from 'node:crypto';
import { DER_TAGS, toDer, toDerOid, toDerSequence, toDerTime } from './der.ts';

/** What the certificate says. */
export interface SelfSignedOptions {
  /** The host name, in ASCII. */
  readonly name: string;
  readonly now?: Date;
}

const VALID_YEARS = 10;
// A peer's clock may be behind.
const BACKDATED_MS = 24 * 60 * 60 * 1000;
/** RFC 5280 appendix A, ub-common-name. */
const LONGEST_COMMON_NAME = 64;
const VERSION_3 = 2;
const SERIAL_BYTES = 16;

const OIDS = {
  ecdsaWithSha256: '1.2.840.10045.4.3.2',
  commonName: '2.5.4.3',
  keyUsage: '2.5.29.15',
  subjectAltName: '2.5.29.17',
  basicConstraints: '2.5.29.19',
  extendedKeyUsage: '2.5.29.37',
  serverAuth: '1.3.6.1.5.5.7.3.1',
} as const;

/** A new P-256 key in PEM (PKCS #8). */
export function createServerKey(): string {
  const { privateKey } = generateKeyPairSync('ec', { namedCurve: 'P-256' });
  return privateKey.export({ type: 'pkcs8', format: 'pem' }).toString();
}

/** The certificate of a P-256 key in PEM, signed by the key itself (RFC 5280 section 4.1). */
export function createSelfSigned(key: KeyObject, { name, now = new Date() }: SelfSignedOptions): string {
  const algorithm = toDerSequence(toDerOid(OIDS.ecdsaWithSha256));
  const body = toBody(key, { name, now, algorithm });
  const signature = toBitString(sign('sha256', body, key));
  const base64 = toDerSequence(body, algorithm, signature).toString('base64').replace(/.{64}(?=.)/g, '$&\n');
  return `-----BEGIN CERTIFICATE-----\n${base64}\n-----END CERTIFICATE-----\n`;
}

function toBody(
  key: KeyObject,
  { name, now, algorithm }: Required<SelfSignedOptions> & { readonly algorithm: Buffer },
): Buffer {
  const until = new Date(now);
  until.setUTCFullYear(now.getUTCFullYear() + VALID_YEARS);
  const subject = toSubject(name);
  return toDerSequence(
    toDer(DER_TAGS.explicit0, toInteger(VERSION_3)),
    toDer(DER_TAGS.integer, toSerialNumber()),
    algorithm,
    subject,
    toDerSequence(toDerTime(new Date(now.getTime() - BACKDATED_MS)), toDerTime(until)),
    subject,
    createPublicKey(key).export({ type: 'spki', format: 'der' }),
    toDer(DER_TAGS.explicit3, toExtensions(name)),
  );
}

/** Positive and of full length (RFC 5280 section 4.1.2.2). */
function toSerialNumber(): Buffer {
  const bytes = randomBytes(SERIAL_BYTES);
  bytes[0] = (bytes[0]! & 0x3f) | 0x40;
  return bytes;
}

function toSubject(name: string): Buffer {
  const commonName = name.length <= LONGEST_COMMON_NAME ? name : 'mailchute';
  const attribute = toDerSequence(toDerOid(OIDS.commonName), toDer(DER_TAGS.utf8String, Buffer.from(commonName)));
  return toDerSequence(toDer(DER_TAGS.set, attribute));
}

function toExtensions(name: string): Buffer {
  const digitalSignature = toDer(DER_TAGS.bitString, Uint8Array.of(7, 0x80)); // the first of the named bits alone
  return toDerSequence(
    toExtension(OIDS.subjectAltName, toDerSequence(toDer(DER_TAGS.dnsName, Buffer.from(name)))),
    // Not an authority: verifiers that are told to trust it take it for a server's certificate only then.
    toExtension(OIDS.basicConstraints, toDerSequence(), { critical: true }),
    toExtension(OIDS.keyUsage, digitalSignature, { critical: true }),
    toExtension(OIDS.extendedKeyUsage, toDerSequence(toDerOid(OIDS.serverAuth))),
  );
}

function toExtension(oid: string, value: Buffer, { critical = false }: { readonly critical?: boolean } = {}): Buffer {
  const flag = critical ? [toDer(DER_TAGS.boolean, Uint8Array.of(0xff))] : [];
  return toDerSequence(toDerOid(oid), ...flag, toDer(DER_TAGS.octetString, value));
}

function toInteger(value: number): Buffer {
  return toDer(DER_TAGS.integer, Uint8Array.of(value));
}

function toBitString(bytes: Uint8Array): Buffer {
  return toDer(DER_TAGS.bitString, Uint8Array.of(0), bytes);
}
