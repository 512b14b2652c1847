// The client of spamd: the spam check asks SpamAssassin over TCP in the SPAMC protocol 1.5 and reads its verdict.

import { connect } from 'node:net';
import type { SpamVerdict } from './check.ts';

/** Where spamd listens and how long it may take. */
export interface SpamdAddress {
  /** spamassassin-host. */
  readonly host: string;
  /** spamassassin-port. */
  readonly port: number;
  /** spamassassin-timeout in milliseconds, from the connection to the end of the answer. */
  readonly timeoutMs: number;
}

/** Larger messages are not scanned: the rules cost too much on them, and spam is small. The limit is spamc's own. */
export const MAX_SCANNED_BYTES = 500 * 1024;

const MAX_ANSWER_BYTES = 64 * 1024;
const MAX_SYMBOLS = 500;
const OK = /^SPAMD\/\d+\.\d+ 0 /;
const FAILED = /^SPAMD\/\d+\.\d+ \d+ [^\r\n]*/;
const VERDICT = /^Spam:[ \t]*(true|yes|false|no)[ \t]*;[ \t]*(-?\d+(?:\.\d+)?)[ \t]*\/[ \t]*(-?\d+(?:\.\d+)?)[ \t]*$/im;

/** Asks for a verdict on these bytes; rejects with an Error when there is none in time. */
export async function askSpamd(content: readonly Uint8Array[], address: SpamdAddress): Promise<SpamVerdict> {
  const size = content.reduce((sum, piece) => sum + piece.length, 0);
  if (size > MAX_SCANNED_BYTES) return { result: 'none' };
  const request = [Buffer.from(`SYMBOLS SPAMC/1.5\r\nContent-length: ${size}\r\n\r\n`), ...content];
  return parseVerdict(await converse(request, address));
}

/** Sends the request and reads until spamd closes the connection, as it does after each answer. */
async function converse(request: readonly Uint8Array[], { host, port, timeoutMs }: SpamdAddress): Promise<string> {
  const { promise, resolve, reject } = Promise.withResolvers<string>();
  const socket = connect({ host, port });
  const timer = setTimeout(() => reject(new Error(`no answer within ${timeoutMs} ms`)), timeoutMs);
  const received: Buffer[] = [];
  let size = 0;
  socket.on('error', reject);
  socket.on('close', () => reject(new Error('the connection was closed')));
  socket.on('end', () => resolve(Buffer.concat(received).toString('latin1')));
  socket.on('data', (chunk: Buffer) => {
    size += chunk.length;
    received.push(chunk);
    if (size > MAX_ANSWER_BYTES) reject(new Error('the answer is too long'));
  });
  for (const piece of request) socket.write(piece);
  return await promise.finally(() => {
    clearTimeout(timer);
    socket.destroy();
  });
}

/** Reads the answer to SYMBOLS: a status line, header lines, an empty line, the names of rules. Throws an Error. */
export function parseVerdict(answer: string): SpamVerdict {
  const end = answer.indexOf('\r\n\r\n');
  const head = end < 0 ? answer : answer.slice(0, end);
  const verdict = VERDICT.exec(head.replaceAll('\r\n', '\n'));
  if (!OK.test(head) || verdict === null || end < 0) {
    throw new Error(`not a verdict: ${JSON.stringify(FAILED.exec(head)?.[0] ?? head.slice(0, 80))}`);
  }
  const [, word = '', score, threshold] = verdict;
  const result = /^(?:true|yes)$/i.test(word) ? 'fail' : 'pass';
  const symbols = answer.slice(end + 4).split(/[,\s]+/).filter((name) => /^\w+$/.test(name)).slice(0, MAX_SYMBOLS);
  return { result, score: Number(score), threshold: Number(threshold), symbols };
}
