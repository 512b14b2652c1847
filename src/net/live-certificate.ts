// The certificate that new connections get: loaded at the start, again when its files change or somebody asks for it.

import { statSync } from 'node:fs';
import type { SecureContext } from 'node:tls';
import { type Certificate, CertificateError, type CertificateFiles, loadCertificate } from './certificate.ts';
import { type ServerCredentials, toServerCredentials } from './secure-context.ts';

/** What happens to the certificate. */
export type CertificateEvent =
  | { readonly kind: 'loaded'; readonly certificate: Certificate }
  /** The files are not usable; connections keep getting the certificate that was loaded before. */
  | { readonly kind: 'failed'; readonly error: CertificateError }
  /** Clients that verify may refuse it. */
  | { readonly kind: 'doubtful'; readonly certificate: Certificate; readonly doubt: string };

/** Options of `openLiveCertificate`. */
export interface LiveCertificateOptions {
  readonly files: CertificateFiles;
  /** An OpenSSL cipher string. */
  readonly ciphers?: string | undefined;
  readonly onEvent: (event: CertificateEvent) => void;
  /** How often to look at the files, in milliseconds. */
  readonly pollMs?: number;
  readonly now?: () => Date;
}

const POLL_MS = 2000;

/** Loads the certificate and keeps watching its files; throws `CertificateError` when it cannot be used. */
export function openLiveCertificate(options: LiveCertificateOptions): LiveCertificate {
  return new LiveCertificate(options);
}

/** See `openLiveCertificate`. */
export class LiveCertificate {
  readonly #options: LiveCertificateOptions;
  readonly #now: () => Date;
  readonly #poll: NodeJS.Timeout;
  #credentials: ServerCredentials;
  /** Identity of the files at the last look, and when `#credentials` or `#failure` came of them. */
  #seen: string;
  #tried: string;
  #failure: string | undefined;
  #isDateDoubted = false;

  constructor(options: LiveCertificateOptions) {
    this.#options = options;
    this.#now = options.now ?? (() => new Date());
    this.#seen = this.#tried = identify(options.files);
    this.#credentials = this.#read();
    this.#announce();
    this.#poll = setInterval(() => this.look(), options.pollMs ?? POLL_MS);
    this.#poll.unref();
  }

  /** What a new connection is made with. */
  get context(): SecureContext {
    return this.#credentials.context;
  }

  /** The same with the options it was made of. */
  get credentials(): ServerCredentials {
    return this.#credentials;
  }

  /** Reads the files now, changed or not (SIGHUP), and reports what came of it. */
  reload(): void {
    this.#seen = this.#tried = identify(this.#options.files);
    this.#failure = undefined;
    this.#load({ silentWhenSame: false });
  }

  /**
   * Looks whether the files changed. They are read when they have stayed the same since the look before: a pair is
   * often written one file after the other.
   */
  look(): void {
    const found = identify(this.#options.files);
    const isSettled = found === this.#seen;
    this.#seen = found;
    if (isSettled && (found !== this.#tried || this.#failure !== undefined)) {
      this.#tried = found;
      this.#load({ silentWhenSame: this.#failure === undefined });
    } else this.#doubtDates();
  }

  /** Stops looking. */
  close(): void {
    clearInterval(this.#poll);
  }

  #read(): ServerCredentials {
    return toServerCredentials(loadCertificate(this.#options.files), this.#options);
  }

  #load({ silentWhenSame }: { readonly silentWhenSame: boolean }): void {
    const before = this.#credentials.certificate;
    try {
      this.#credentials = this.#read();
    } catch (error) {
      if (!(error instanceof CertificateError)) throw error;
      // The same failure is told once, however often it is tried again.
      if (error.message !== this.#failure) this.#options.onEvent({ kind: 'failed', error });
      this.#failure = error.message;
      return;
    }
    this.#failure = undefined;
    const { cert, key } = this.#credentials.certificate;
    if (!silentWhenSame || cert !== before.cert || key !== before.key) this.#announce();
  }

  #announce(): void {
    const { certificate } = this.#credentials;
    this.#options.onEvent({ kind: 'loaded', certificate });
    for (const doubt of certificate.doubts) this.#options.onEvent({ kind: 'doubtful', certificate, doubt });
    this.#isDateDoubted = false;
    this.#doubtDates();
  }

  #doubtDates(): void {
    const { certificate } = this.#credentials;
    const doubt = toDateDoubt(certificate, this.#now());
    if (doubt !== undefined && !this.#isDateDoubted) {
      this.#options.onEvent({ kind: 'doubtful', certificate, doubt });
    }
    this.#isDateDoubted = doubt !== undefined;
  }
}

function toDateDoubt({ notBefore, notAfter }: Certificate, now: Date): string | undefined {
  if (now > notAfter) return `it expired on ${notAfter.toISOString()}`;
  return now < notBefore ? `it is not valid before ${notBefore.toISOString()}` : undefined;
}

/** Changes with the files: links are followed, so a link to another file is a change. */
function identify({ certificatePath, keyPath }: CertificateFiles): string {
  return `${identifyFile(certificatePath)} ${identifyFile(keyPath)}`;
}

function identifyFile(path: string): string {
  try {
    const { dev, ino, size, mtimeMs, ctimeMs } = statSync(path);
    return `${dev}:${ino}:${size}:${mtimeMs}:${ctimeMs}`;
  } catch (error) {
    return String((error as NodeJS.ErrnoException).code); // reading it tells the rest
  }
}
