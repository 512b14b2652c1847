// The other side of /readyz: one request for it, over a connection of its own, in limited time.

import { connect, type Socket } from 'node:net';
import type { Duplex } from 'node:stream';
import { connect as connectTls } from 'node:tls';
import type { OutletHealth } from '../queue/outlet.ts';

/** Where to ask. */
export interface ReadinessTarget {
  readonly address: string;
  readonly port: number;
  /** TLS from the first byte; the certificate is not verified: nothing is sent but the question. */
  readonly secure: boolean;
  /** Whether the gateway expects a PROXY header from this address; left out: from none. */
  readonly isProxy?: (address: string) => boolean;
}

// PROXY protocol version 2: its signature, the command LOCAL, no addresses.
const PROXY_LOCAL = Buffer.from('0d0a0d0a000d0a515549540a20000000', 'hex');
const REQUEST = 'GET /readyz HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\nConnection: close\r\n\r\n';
const MAX_ANSWER_BYTES = 64 * 1024;

/** Asks; never rejects: who cannot be asked is not ready. */
export async function askReadiness(
  target: ReadinessTarget,
  { deadlineMs }: { readonly deadlineMs: number },
): Promise<OutletHealth> {
  const where = target.address.includes(':')
    ? `[${target.address}]:${target.port}`
    : `${target.address}:${target.port}`;
  const socket = connect({ host: target.address, port: target.port });
  const late = setTimeout(() => socket.destroy(new Error(`no answer within ${deadlineMs / 1000} s`)), deadlineMs);
  try {
    return parseAnswer(await exchange(socket, target));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    return { ready: false, reasons: [`cannot ask the gateway at ${where}: ${reason}`] };
  } finally {
    clearTimeout(late);
    socket.destroy();
  }
}

/** Resolves to what comes back until the connection ends. */
function exchange(socket: Socket, { secure, isProxy }: ReadinessTarget): Promise<string> {
  return new Promise((resolve, reject) => {
    let answer = '';
    socket.once('error', reject);
    socket.once('close', () => reject(new Error('the connection was closed')));
    socket.once('connect', () => {
      if (isProxy?.(socket.localAddress ?? '') === true) socket.write(PROXY_LOCAL);
      const stream: Duplex = secure ? connectTls({ socket, rejectUnauthorized: false }) : socket;
      if (stream !== socket) stream.once('error', reject);
      stream.on('data', (chunk: Buffer) => {
        answer += chunk.toString('latin1');
        if (answer.length > MAX_ANSWER_BYTES) reject(new Error('the answer is no answer to /readyz'));
      });
      stream.once('end', () => resolve(answer));
      stream.write(REQUEST);
    });
  });
}

/** The status decides; the reasons may be kept from who asks. Throws when another program has answered. */
function parseAnswer(answer: string): OutletHealth {
  const [, status] = /^HTTP\/1\.[01] (\d{3})/.exec(answer) ?? [];
  const [body] = /\{[^]*\}/.exec(answer.slice(answer.indexOf('\r\n\r\n'))) ?? [];
  if (status === undefined || body === undefined) throw new Error('what listens there is no mailchute');
  const { reasons = [] }: { readonly reasons?: unknown } = JSON.parse(Buffer.from(body, 'latin1').toString());
  const texts = Array.isArray(reasons) ? reasons.map(String) : [];
  if (status === '200') return { ready: true, reasons: texts };
  return { ready: false, reasons: texts.length > 0 ? texts : [`not ready (HTTP ${status})`] };
}
