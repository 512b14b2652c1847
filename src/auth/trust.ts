// The certificate authority that a backend's URL names as its fragment: `#ca=/path/to/ca.pem`.

import { X509Certificate } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { isLoopback } from '../mail/ip-address.ts';
import { type Parsed, parsed, problem } from '../mail/parsed.ts';
import type { Log } from '../telemetry/log.ts';

/** A URL without its fragment, and what the fragment said. */
export interface TrustingUrl {
  readonly address: string;
  /** PEM file with the only authorities that are trusted; without it those that the runtime trusts. */
  readonly caPath?: string;
}

/** Splits the URL at its fragment; `secure` says whether the scheme has certificates at all. */
export function parseTrust(url: string, { secure }: { readonly secure: boolean }): Parsed<TrustingUrl> {
  const hash = url.indexOf('#');
  if (hash < 0) return parsed({ address: url });
  const [, caPath] = /^#ca=(\/.+)$/.exec(url.slice(hash)) ?? [];
  if (caPath === undefined) return problem('has a # that is not followed by ca=/path/to/ca.pem');
  if (!secure) return problem('has #ca= although it does not use TLS');
  return parsed({ address: url.slice(0, hash), caPath });
}

/** The content of the file; rejects with what to do when it holds no certificate. */
export async function readTrust(caPath: string): Promise<string> {
  const text = await readFile(caPath, 'utf8');
  try {
    new X509Certificate(text);
  } catch (cause) {
    throw new Error(`${caPath} holds no certificate in PEM form`, { cause });
  }
  return text;
}

/** Says once, at start, that passwords will cross the network in clear. */
export function warnOfCleartext(
  log: Log,
  { host, backend }: { readonly host: string; readonly backend: string },
): void {
  if (host !== 'localhost' && !isLoopback(host)) log.emit('auth.cleartext', { backend });
}
