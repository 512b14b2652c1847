// PEM files (RFC 7468): the blocks in a text, by what they hold.

/** What a PEM text holds. */
export interface PemBlocks {
  /** Certificates in the order of the text. */
  readonly certificates: readonly string[];
  readonly keys: readonly PemKey[];
}

/** A private key. */
export interface PemKey {
  readonly pem: string;
  /** Whether a passphrase is needed to read it. */
  readonly isEncrypted: boolean;
}

const BLOCK = /-----BEGIN ([A-Z0-9 ]+)-----[^]*?-----END \1-----/g;
const CERTIFICATE_LABELS = new Set(['CERTIFICATE', 'X509 CERTIFICATE']);

/** Finds the blocks; text around them is explanatory (RFC 7468 section 5.2), and other blocks are of no interest. */
export function parsePem(text: string): PemBlocks {
  const certificates: string[] = [];
  const keys: PemKey[] = [];
  for (const [pem, label = ''] of text.matchAll(BLOCK)) {
    if (CERTIFICATE_LABELS.has(label)) certificates.push(pem);
    else if (label.endsWith('PRIVATE KEY')) {
      // The older kind says so inside (RFC 1421 section 4.6.1.1).
      keys.push({ pem, isEncrypted: label.startsWith('ENCRYPTED') || /^Proc-Type:.*ENCRYPTED/m.test(pem) });
    }
  }
  return { certificates, keys };
}
