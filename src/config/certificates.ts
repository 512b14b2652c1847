// The value types of TLS: where a certificate is, and which ciphers are wanted.

import { createSecureContext } from 'node:tls';
import { parsed, problem } from '../mail/parsed.ts';
import { quote, type ValueType } from './value-type.ts';

/** The certificate that the gateway makes for itself. */
export const SELF_SIGNED = 'self-signed';

/** The path of a readable certificate, or `self-signed`. */
export function certificatePath(): ValueType<string> {
  return {
    accepts: `the path of a readable file, or ${SELF_SIGNED}`,
    readable: (text) => text !== SELF_SIGNED,
    parse: (text) => parsed(text),
  };
}

/** An OpenSSL cipher string that chooses at least one cipher. */
export function cipherString(): ValueType<string> {
  return {
    accepts: 'an OpenSSL cipher string as in HIGH:!aNULL',
    parse(text) {
      try {
        createSecureContext({ ciphers: text });
        return parsed(text);
      } catch {
        return problem(`${quote(text)} chooses no cipher`);
      }
    },
  };
}
