// A client of the secure HTTP port that keeps one connection, and knows which certificate it got.
import { once } from 'node:events';
import { connect, type TLSSocket } from 'node:tls';

/** One connection. */
export interface HttpsConnection {
  /** The common name of the certificate. */
  readonly subject: string;
  /** Posts a raw message; resolves with the status. */
  post(): Promise<number>;
  close(): void;
}

/** Connects, trusting nobody but this certificate. */
export async function connectHttps(port: number, ca: string): Promise<HttpsConnection> {
  const socket: TLSSocket = connect({ port, host: '127.0.0.1', ca, checkServerIdentity: () => undefined });
  let received = '';
  let fault: Error | undefined;
  // A gateway that ends may reset what nobody uses any more.
  socket.on('error', (error) => fault = error);
  socket.setTimeout(20_000, () => socket.destroy(new Error(`Nothing more came after: ${received}`)));
  socket.on('data', (chunk) => received += String(chunk));
  await once(socket, 'secureConnect');
  return {
    subject: String(socket.getPeerCertificate().subject.CN),
    async post() {
      if (fault !== undefined) throw fault;
      received = '';
      socket.write(
        'POST /v1/messages?envelope=&recipient=r@x.example HTTP/1.1\r\nHost: localhost\r\n' +
          'Content-Type: message/rfc822\r\nContent-Length: 1\r\n\r\nx',
      );
      while (!/\r\n\r\n.*\}$/s.test(received)) await once(socket, 'data');
      return Number(/^HTTP\/1\.1 (\d+) /.exec(received)?.[1]);
    },
    close: () => socket.destroy(),
  };
}
