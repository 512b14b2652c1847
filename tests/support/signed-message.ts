// Makes signed messages for tests, with the key record that goes with them.
import { generateKeyPairSync } from 'node:crypto';
import { sealMessage } from 'mailauth/lib/arc/index.js';
import { dkimSign } from 'mailauth/lib/dkim/sign.js';

const { privateKey, publicKey } = generateKeyPairSync('rsa', {
  modulusLength: 2048,
  privateKeyEncoding: { type: 'pkcs8', format: 'pem' },
  publicKeyEncoding: { type: 'spki', format: 'der' },
});

/** The key of everything signed here, as PEM. */
export const PRIVATE_KEY = privateKey;

/** The text of the key record of everything signed here. */
export const KEY_RECORD = `v=DKIM1; k=rsa; p=${publicKey.toString('base64')}`;

/** The message with the domain's signature, made with the key at `selector`. */
export async function signMessage(
  message: string,
  { domain, selector = 's1' }: { readonly domain: string; readonly selector?: string },
): Promise<string> {
  const key = { signingDomain: domain, selector, privateKey };
  // The types ask for the key in one place, the code looks for it in the other.
  const options = { canonicalization: 'relaxed/relaxed', ...key, signatureData: [key] };
  const { signatures } = await dkimSign(message, options);
  return `${signatures}${message}`;
}

/** The message with the first set of an ARC chain. */
export async function seal(
  message: string,
  { domain, selector = 's1' }: { readonly domain: string; readonly selector?: string },
): Promise<string> {
  const headers = await sealMessage(message, {
    signingDomain: domain,
    selector,
    privateKey,
    authResults: 'mx.test; none',
    cv: 'none',
  });
  return `${headers}${message}`;
}
