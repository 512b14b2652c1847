// The keys of the HTTP door.

import { certificatePath, cipherString } from './certificates.ts';
import { addresses, ports, ranges } from './endpoints.ts';
import { key, optionalKey } from './key.ts';
import { bool, count, size } from './numbers.ts';
import { readablePath, words } from './texts.ts';

/** Rows of the HTTP door, in the order in which they are shown. */
export const HTTP_KEYS = {
  'http-ip': key({
    type: addresses(),
    default: '',
    aliases: ['www-ip'],
    without: 'all addresses',
    doc: 'Local addresses on which the HTTP ports are opened.',
    mailerq: 'www-ip, which takes one address',
  }),
  'http-port': key({
    type: ports(),
    default: '8485',
    aliases: ['www-port'],
    doc: 'Ports of the HTTP door. 0 or empty: none.',
    mailerq: 'www-port, the port of its management console and REST API',
  }),
  'http-secure-port': key({
    type: ports(),
    default: '',
    without: 'none',
    aliases: ['www-secure-port'],
    doc: 'Ports of the HTTP door with TLS. They need http-certificate.',
    mailerq: 'www-secure-port',
  }),
  'http-certificate': optionalKey({
    type: certificatePath(),
    without: 'no TLS',
    aliases: ['www-certificate'],
    doc:
      'The certificate for http-secure-port, as smtp-certificate is for SMTP: PEM with the authorities behind it, or ' +
      'self-signed, which is the same one for both doors. It is read again when it changes and on SIGHUP.',
    mailerq: 'www-certificate, a path',
  }),
  'http-key': optionalKey({
    type: readablePath(),
    aliases: ['www-privatekey', 'www-private-key'],
    without: 'the file of http-certificate, which then holds both',
    doc: 'The private key of http-certificate in PEM form, without a passphrase.',
    mailerq: 'www-privatekey',
  }),
  'http-ciphers': optionalKey({
    type: cipherString(),
    without: 'the ciphers of the runtime',
    aliases: ['www-ciphers'],
    doc: 'The ciphers of http-secure-port, as smtp-ciphers has them for SMTP.',
    mailerq: 'www-ciphers',
  }),
  'http-range': optionalKey({
    type: ranges(),
    without: 'loopback only; everybody once http-auth or http-tokens is set',
    doc:
      'Who may use the HTTP door; everybody else gets 403. 0.0.0.0/0;::/0 lets everybody in. The address is the one ' +
      'that a proxy of http-proxy or http-forwarded names; without credentials the default lets in nobody whom a proxy names.',
  }),
  'http-proxy': key({
    type: ranges(),
    default: '',
    without: 'nobody',
    doc:
      'Peers that are proxies: their connections begin with a PROXY protocol header, version 1 or 2, before TLS as ' +
      'well, and are closed without a valid one. They may pass on credentials without TLS: whether their clients use it is ' +
      'up to them.',
  }),
  'http-forwarded': key({
    type: ranges(),
    default: '',
    without: 'nobody',
    doc:
      'Proxies whose X-Forwarded-For is believed: the client is the rightmost address in it that is not in this list. ' +
      'They may pass on credentials without TLS, as those of http-proxy may.',
  }),
  'http-connections': key({
    type: count({ min: 1 }),
    default: '1000',
    doc: 'Simultaneous connections of the HTTP door, over all workers; more get 503 and are closed.',
  }),
  'http-maxsize': key({
    type: size(),
    default: '100MB',
    doc: 'The largest request body that is read; more gets 413.',
  }),
  'http-auth': optionalKey({
    type: words('URLs with blanks between them; docs/authentication.md has their forms'),
    without: 'nobody has to log in',
    aliases: ['www-auth'],
    repeatable: true,
    mask: () => '***',
    doc: 'Backends that know who may log in by HTTP Basic, as in smtp-auth. Once it is set, every message needs ' +
      'credentials.',
    mailerq: 'www-auth, for its management console',
  }),
  'http-tokens': optionalKey({
    type: readablePath(),
    without: 'there are no tokens',
    doc:
      'File of the tokens that programs show (Authorization: Bearer TOKEN), one a line: the name that goes into the ' +
      'record, a colon, and the SHA-256 of the token in hexadecimal; # begins a comment. It is read again when it ' +
      'changes; a faulty new content leaves the old one in use. Make a token with "openssl rand -hex 32", and its hash ' +
      'with "printf %s TOKEN | sha256sum". Once it is set, every message needs credentials.',
    mailerq: "the REST API tokens in MailerQ's console",
  }),
  'http-plaintext-auth': key({
    type: bool(),
    default: 'false',
    doc: 'Whether credentials are taken from other machines without TLS; such requests get 403 otherwise.',
  }),
} as const;
