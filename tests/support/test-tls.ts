// TLS for tests: a door's side with a certificate made on the spot, and a client's side on top of a connection.
import { connect, type ConnectionOptions } from 'node:tls';
import { toServerCredentials } from '../../src/net/secure-context.ts';
import type { SessionTls } from '../../src/smtp/session-dependencies.ts';
import { type CertificatePair, makePair } from './certificates.ts';
import { SmtpClient } from './smtp-client.ts';

/** The certificate of test doors; its name is the one they greet with. */
export const TEST_PAIR = makePair('mx.example.com');

/** What a door needs to offer TLS. */
export function createTestTls({ pair = TEST_PAIR, handshakeTimeoutMs = 60_000 }: {
  readonly pair?: CertificatePair;
  readonly handshakeTimeoutMs?: number;
} = {}): SessionTls {
  const [notBefore, notAfter] = [new Date(0), new Date(8.64e15)];
  const certificate = {
    cert: pair.certificate,
    key: pair.key,
    subject: '',
    fingerprint: '',
    doubts: [],
    notBefore,
    notAfter,
  };
  return { certificate: toServerCredentials(certificate), handshakeTimeoutMs };
}

/** Shakes hands on a connection that is there, and resolves with the client inside; the one outside is used up. */
export function secureClient(client: SmtpClient, options: ConnectionOptions = {}): Promise<SmtpClient> {
  const { socket } = client;
  socket.removeAllListeners('data');
  socket.pause();
  return new Promise((resolve, reject) => {
    const secure = connect({ socket, ca: TEST_PAIR.certificate, servername: 'mx.example.com', ...options });
    const inside = new SmtpClient(secure);
    secure.once('secureConnect', () => resolve(inside));
    secure.once('error', reject);
    secure.once('close', () => reject(new Error('Connection ended in the TLS handshake')));
  });
}
