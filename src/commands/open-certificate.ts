// Opens the certificate of a door: the configured files or the self-signed ones, and their news in the log.

import { dirname, resolve } from 'node:path';
import { SELF_SIGNED } from '../config/certificates.ts';
import type { Config } from '../config/keys.ts';
import { type Certificate, CertificateError, type CertificateFiles } from '../net/certificate.ts';
import { keepSelfSigned } from '../net/kept-self-signed.ts';
import { type CertificateEvent, type LiveCertificate, openLiveCertificate } from '../net/live-certificate.ts';
import { takesCipherStrings } from '../net/secure-context.ts';
import type { EventFields, Log } from '../telemetry/log.ts';

/** Which of the doors: its keys begin so. */
export type Door = 'smtp' | 'http';

/** What the certificate is opened with. */
export interface OpenCertificateOptions {
  readonly log: Log;
  readonly door: Door;
  /** The name for which a self-signed one is made. */
  readonly greetingName: string;
}

/** Undefined while there is none in the configuration; throws `CertificateError` when it cannot be used. */
export function openCertificate(
  config: Config,
  { log, door, greetingName }: OpenCertificateOptions,
): LiveCertificate | undefined {
  if (config[`${door}-certificate`] === undefined) return undefined;
  const ciphers = config[`${door}-ciphers`];
  if (ciphers !== undefined && !takesCipherStrings) log.emit('tls.ciphers-ignored', { ciphers });
  try {
    const files = toCertificateFiles(config, door) ??
      keepSelfSigned({ directory: dirname(resolve(config['queue-path'])), name: greetingName });
    return openLiveCertificate({ files, ciphers, onEvent: (event) => report(event, { log, files }) });
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    throw new CertificateError(`${door}-certificate: ${error.message}`, { cause: error });
  }
}

/** The configured files; undefined for a self-signed certificate and for none. */
export function toCertificateFiles(config: Config, door: Door): CertificateFiles | undefined {
  const certificatePath = config[`${door}-certificate`];
  if (certificatePath === undefined || certificatePath === SELF_SIGNED) return undefined;
  return { certificatePath, keyPath: config[`${door}-key`] ?? certificatePath };
}

function report(
  event: CertificateEvent,
  { log, files }: { readonly log: Log; readonly files: CertificateFiles },
): void {
  const where = { certificate: files.certificatePath };
  if (event.kind === 'failed') log.emit('tls.certificate-failed', { ...where, error: event.error.message });
  else if (event.kind === 'loaded') log.emit('tls.certificate-loaded', { ...where, ...toFields(event.certificate) });
  else log.emit('tls.certificate-doubtful', { ...where, subject: event.certificate.subject, doubt: event.doubt });
}

function toFields({ subject, notAfter, fingerprint }: Certificate): EventFields {
  return { subject, validUntil: notAfter.toISOString(), fingerprint };
}
