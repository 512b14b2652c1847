// An HTTP door with TLS and with proxies in front of it, on real sockets.

import { connect as connectPlain } from 'node:net';
import { Readable } from 'node:stream';
import type { TestContext } from 'node:test';
import { connect as connectTls } from 'node:tls';
import { createApp } from '../../src/http/app.ts';
import { type HttpListener, listenHttp } from '../../src/http/listener.ts';
import type { AccessRules } from '../../src/http/http-door.ts';
import { type IpRanges, parseIpRanges, rangesContain } from '../../src/mail/ip-ranges.ts';
import { ClientGate } from '../../src/net/client-gate.ts';
import { SessionPlaces } from '../../src/net/session-places.ts';
import { createRecordingDoor, type RecordingDoor } from './http-door.ts';
import { createTestTls, TEST_PAIR } from './test-tls.ts';

/** What a test chooses. */
export interface EntranceSettings {
  readonly access?: AccessRules;
  readonly proxies?: string;
  readonly forwarders?: string;
  readonly connections?: number;
  readonly tls?: ReturnType<typeof createTestTls>;
  readonly headerTimeoutMs?: number;
}

/** The open door. */
export interface OpenEntrance extends RecordingDoor {
  readonly listener: HttpListener;
  readonly port: number;
  readonly securePort: number;
}

/** Opens a plain and a secure port of 127.0.0.1 until the test ends. */
export async function openEntrance(t: TestContext, settings: EntranceSettings = {}): Promise<OpenEntrance> {
  const { access = {}, proxies = '', forwarders = '', connections = 100, headerTimeoutMs = 60_000 } = settings;
  const recording = createRecordingDoor({ access });
  const listed = toRanges(forwarders);
  const listener = await listenHttp({
    app: createApp(recording.door),
    log: recording.door.log,
    addresses: ['127.0.0.1'],
    ports: [0],
    securePorts: { ports: [0], tls: settings.tls ?? createTestTls() },
    gate: new ClientGate({
      proxies: toRanges(proxies),
      headerTimeoutMs,
      isAllowed: () => true,
      isBlocked: () => false,
      maxPerAddress: 0,
    }),
    places: new SessionPlaces({ limit: connections, waitMs: 0 }),
    isForwarder: (address) => rangesContain(listed, address),
  });
  t.after(() => listener.close());
  const [plain, secure] = listener.bound;
  return { ...recording, listener, port: plain?.port ?? 0, securePort: secure?.port ?? 0 };
}

function toRanges(text: string): IpRanges {
  const ranges = parseIpRanges(text);
  if (!ranges.ok) throw new TypeError(ranges.problem);
  return ranges.value;
}

/** A request with a raw message of one byte, and the end of the connection behind it. */
export function toRequest(headers: readonly string[] = []): string {
  return [
    'POST /v1/messages?envelope=&recipient=r@x.example HTTP/1.1',
    'Host: localhost',
    'Content-Type: message/rfc822',
    'Content-Length: 1',
    'Connection: close',
    ...headers,
    '',
    'x',
  ].join('\r\n');
}

/** Sends bytes over TLS on a connection that may have begun in the clear; resolves with everything that came back. */
export async function exchangeSecurely(
  port: number,
  request: string,
  { head }: { readonly head?: Buffer } = {},
): Promise<string> {
  const plain = connectPlain(port, '127.0.0.1');
  if (head !== undefined) plain.write(head);
  const socket = connectTls({ socket: plain, ca: TEST_PAIR.certificate, servername: 'mx.example.com' });
  socket.write(request);
  let answer = '';
  for await (const chunk of Readable.from(socket)) answer += String(chunk);
  return answer;
}
