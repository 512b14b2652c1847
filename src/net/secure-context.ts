// Turns a certificate into what TLS connections of this runtime are made with: TLS 1.2 or later, ciphers as configured.

import { constants } from 'node:crypto';
import process from 'node:process';
import { createSecureContext, type SecureContext, type SecureContextOptions } from 'node:tls';
import { type Certificate, CertificateError } from './certificate.ts';

/** A context and the options it was made of: servers differ in which of the two they take. */
export interface ServerCredentials {
  readonly certificate: Certificate;
  readonly context: SecureContext;
  readonly options: SecureContextOptions;
}

const TLS_1_3_SUITES = 'TLS_AES_256_GCM_SHA384:TLS_CHACHA20_POLY1305_SHA256:TLS_AES_128_GCM_SHA256';

/** Whether this runtime takes cipher strings: Deno's TLS library has no weak ciphers to begin with, and no choice. */
export const takesCipherStrings: boolean = !('deno' in process.versions);

/** Makes the context; throws `CertificateError` when the TLS library refuses the certificate, the key or the ciphers. */
export function toServerCredentials(
  certificate: Certificate,
  { ciphers }: { readonly ciphers?: string | undefined } = {},
): ServerCredentials {
  const { cert, key } = certificate;
  const options: SecureContextOptions = {
    cert,
    key,
    minVersion: 'TLSv1.2',
    honorCipherOrder: true,
    // A client of TLS 1.2 could have us compute handshakes without end on one connection.
    secureOptions: constants.SSL_OP_NO_RENEGOTIATION,
    ...(ciphers !== undefined && takesCipherStrings && { ciphers: withTls13(ciphers) }),
  };
  try {
    return { certificate, options, context: createSecureContext(options) };
  } catch (error) {
    throw new CertificateError(`the TLS library refuses ${certificate.subject}: ${toText(error)}`, { cause: error });
  }
}

/**
 * To OpenSSL a cipher string says nothing about TLS 1.3, whose suites are chosen apart; the runtime would take their
 * absence for a wish to do without TLS 1.3.
 */
function withTls13(ciphers: string): string {
  return /(?:^|[:, ])TLS_/.test(ciphers) ? ciphers : `${TLS_1_3_SUITES}:${ciphers}`;
}

function toText(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
