// The backend radius://identifier:secret@host: one PAP Access-Request over UDP decides.

import { Buffer } from 'node:buffer';
import { createSocket } from 'node:dgram';
import { lookup } from 'node:dns/promises';
import { normalizeIp } from '../mail/ip-address.ts';
import { type Parsed, parsed, problem } from '../mail/parsed.ts';
import type { AuthBackend } from './backend.ts';
import { withDeadline } from './deadline.ts';
import { type HostPort, parseHostPort, toHostPortText } from './host-port.ts';
import {
  type AccessRequest,
  createAccessRequest,
  judgeAnswer,
  LONGEST_NAME,
  LONGEST_PASSWORD,
} from './radius-packet.ts';

const FORM = /^radius:\/\/(.*)@([^@]*)$/s;
const ACCEPTED = 'as in radius://identifier:secret@radius.example.com:1812';
const ATTEMPTS = 3;

/** Options of the backend. */
export interface RadiusOptions {
  readonly timeoutMs?: number;
}

/** Reads MailerQ's radius://; the identifier ends at the first colon, the secret at the last @, both verbatim. */
export function parseRadius(url: string, { timeoutMs = 5_000 }: RadiusOptions = {}): Parsed<AuthBackend> {
  const [, login, place = ''] = FORM.exec(url) ?? [];
  if (login === undefined) return problem(`has no identifier and secret, ${ACCEPTED}`);
  const colon = login.indexOf(':');
  if (colon < 1) return problem(`has no identifier before its secret, ${ACCEPTED}`);
  const nasIdentifier = login.slice(0, colon);
  const secret = login.slice(colon + 1);
  if (secret === '') return problem(`has no secret, ${ACCEPTED}`);
  if (Buffer.byteLength(nasIdentifier) > LONGEST_NAME) return problem('has an identifier that is too long');
  const server = parseHostPort(place, 1812);
  if (!server.ok) return problem(`${server.problem}, ${ACCEPTED}`);
  return parsed({
    label: `radius://${nasIdentifier}:***@${toHostPortText(server.value)}`,
    open: async () => ({
      async check(credentials, signal) {
        const { username, password } = credentials;
        if (Buffer.byteLength(username) > LONGEST_NAME || Buffer.byteLength(password) > LONGEST_PASSWORD) return false;
        const request = createAccessRequest({ ...credentials, nasIdentifier, secret });
        return ask(server.value, { request, timeoutMs, signal });
      },
      close: async () => {},
    }),
  });
}

interface Question {
  readonly request: AccessRequest;
  readonly timeoutMs: number;
  readonly signal: AbortSignal;
}

/** Sends the request, again after each third of the time, until a genuine answer comes. */
async function ask(server: HostPort, { request, timeoutMs, signal }: Question): Promise<boolean> {
  let passedOver = '';
  const onPassedOver = (reason: string) => passedOver = `; an answer was passed over because ${reason}`;
  try {
    return await withDeadline(
      { timeoutMs, signal },
      (limit) => exchange(server, { request, pauseMs: timeoutMs / ATTEMPTS, signal: limit, onPassedOver }),
    );
  } catch (cause) {
    if (signal.aborted || passedOver === '') throw cause;
    throw new Error(`no genuine answer within ${timeoutMs} ms${passedOver}`, { cause });
  }
}

interface Exchange {
  readonly request: AccessRequest;
  readonly pauseMs: number;
  readonly signal: AbortSignal;
  readonly onPassedOver: (reason: string) => void;
}

async function exchange(server: HostPort, options: Exchange): Promise<boolean> {
  const { request, pauseMs, signal, onPassedOver } = options;
  const { address, family } = await lookup(server.host);
  signal.throwIfAborted();
  const answer = Promise.withResolvers<boolean>();
  const socket = createSocket(family === 6 ? 'udp6' : 'udp4');
  const send = () => socket.send(request.bytes, server.port, address, (error) => error && answer.reject(error));
  socket.on('error', (error) => answer.reject(error));
  socket.on('message', (datagram, from) => {
    if (from.port !== server.port || normalizeIp(from.address) !== normalizeIp(address)) return;
    const judged = judgeAnswer(datagram, request);
    if (judged.verdict === 'none') onPassedOver(judged.reason);
    else answer.resolve(judged.verdict === 'accepted');
  });
  const onAbort = () => answer.reject(signal.reason);
  signal.addEventListener('abort', onAbort, { once: true });
  let sent = 1;
  const timer = setInterval(() => sent++ < ATTEMPTS && send(), pauseMs);
  try {
    send();
    return await answer.promise;
  } finally {
    clearInterval(timer);
    signal.removeEventListener('abort', onAbort);
    socket.close();
  }
}
