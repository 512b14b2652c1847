// Reads the PROXY protocol header off a fresh connection and leaves every byte behind it to whoever reads next.

import type { Socket } from 'node:net';
import { parseProxyHeader, type ProxyHeader } from './proxy-protocol.ts';

/** Why there is no header: other bytes came, none or too few in time, or the peer left before. */
export type ProxyFaultReason = 'malformed' | 'timeout' | 'closed';

/** A connection that cannot go on. */
export interface ProxyFault {
  readonly reason: ProxyFaultReason;
  /** A clause for the log. */
  readonly detail: string;
}

/** What came of reading. */
export type ProxyRead =
  | { readonly ok: true; readonly header: ProxyHeader }
  | { readonly ok: false; readonly fault: ProxyFault };

/**
 * Reads a version 1 or version 2 header, whichever comes. Without one in time the socket is left as it is: closing it
 * is up to the caller, who also has to listen for the socket's errors afterwards.
 */
export function readProxyHeader(socket: Socket, { timeoutMs }: { readonly timeoutMs: number }): Promise<ProxyRead> {
  return new Promise((resolve) => {
    const collected = new Collected();
    const settle = (result: ProxyRead) => {
      clearTimeout(timer);
      socket.removeListener('readable', onReadable);
      for (const event of ['end', 'error', 'close']) socket.removeListener(event, onGone);
      resolve(result);
    };
    const fail = (reason: ProxyFaultReason, detail: string) => settle({ ok: false, fault: { reason, detail } });
    const onReadable = () => {
      for (let chunk = socket.read(); chunk !== null; chunk = socket.read()) {
        const parse = collected.add(chunk);
        if (parse === undefined || parse.state === 'incomplete') continue;
        if (parse.state === 'invalid') return fail('malformed', parse.fault);
        const rest = collected.after(parse.length);
        if (rest.length > 0) socket.unshift(rest);
        return settle({ ok: true, header: parse.header });
      }
    };
    const onGone = () => fail('closed', `connection ended after ${collected.length} bytes of the header`);
    const timer = setTimeout(
      () => fail('timeout', `header not complete after ${timeoutMs} ms, ${collected.length} bytes came`),
      timeoutMs,
    );
    if (socket.destroyed) return onGone();
    for (const event of ['end', 'error', 'close']) socket.once(event, onGone);
    socket.on('readable', onReadable);
  });
}

/** The bytes so far; they are joined and looked at only when they can be enough. */
class Collected {
  #chunks: Buffer[] = [];
  #needed = 1;
  length = 0;

  add(chunk: Buffer): ReturnType<typeof parseProxyHeader> | undefined {
    this.#chunks.push(chunk);
    this.length += chunk.length;
    if (this.length < this.#needed) return undefined;
    const parse = parseProxyHeader(this.#joined());
    if (parse.state === 'incomplete') this.#needed = parse.needed;
    return parse;
  }

  after(position: number): Buffer {
    return this.#joined().subarray(position);
  }

  #joined(): Buffer {
    const joined = this.#chunks.length === 1 ? this.#chunks[0]! : Buffer.concat(this.#chunks, this.length);
    this.#chunks = [joined];
    return joined;
  }
}
