// The keys of TLS at the SMTP door.

import { certificatePath, cipherString } from './certificates.ts';
import { ports } from './endpoints.ts';
import { key, optionalKey } from './key.ts';
import { readablePath } from './texts.ts';

/** Rows of TLS, in the order in which they are shown. */
export const TLS_KEYS = {
  'smtp-secure-port': key({
    type: ports(),
    default: '',
    without: 'none',
    doc: 'Ports with TLS from the first byte (RFC 8314); 465 by custom. They need smtp-certificate. On the ports of ' +
      'smtp-port a certificate makes the gateway offer STARTTLS.',
    mailerq: 'smtp-secure-port',
  }),
  'smtp-certificate': optionalKey({
    type: certificatePath(),
    without: 'no TLS; with smtp-auth, self-signed',
    doc:
      'The certificate in PEM form, followed by those of the authorities between it and the root. self-signed: one ' +
      'that the gateway makes once, for its greeting name, and keeps beside queue-path as self-signed.crt and ' +
      'self-signed.key. Certificate and key are read again when they change and on SIGHUP; sessions go on.',
    mailerq: 'smtp-certificate, a path',
  }),
  'smtp-key': optionalKey({
    type: readablePath(),
    aliases: ['smtp-privatekey'],
    without: 'the file of smtp-certificate, which then holds both',
    doc: 'The private key of smtp-certificate in PEM form, without a passphrase.',
    mailerq: 'smtp-key (3.0: smtp-privatekey)',
  }),
  'smtp-ciphers': optionalKey({
    type: cipherString(),
    without: 'the ciphers of the runtime',
    doc:
      'The ciphers of TLS 1.2 as an OpenSSL cipher string; names that begin with TLS_ choose among those of TLS 1.3. ' +
      'Nothing older than TLS 1.2 is spoken, whatever the string. Run by Deno, the gateway has no choice of ciphers and ' +
      'says so at the start.',
    mailerq: 'smtp-ciphers',
  }),
} as const;
