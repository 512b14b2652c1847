// Makes the contents of the load: ordinary text, and the shapes that readers of mail are slow at.
import { Buffer } from 'node:buffer';

/** What a body consists of. */
export type Shape =
  | 'text'
  /** Lines of dots, each of which is stuffed with one more. */
  | 'dots'
  /** Lines of one dot, stuffed. */
  | 'single dots'
  /** Lines of two letters: as many bytes and lines as `single dots` has on the wire. */
  | 'short lines'
  /** Header lines in the place of a body. */
  | 'headers';

const HEAD = 'From: <sender@example.com>\r\nTo: <rcpt@example.org>\r\nSubject: load\r\nMessage-ID: <1@example.com>\r\n';
const LINES: Readonly<Record<Shape, string>> = {
  'text': `${'An ordinary line of text, as long as most are. '.repeat(2).slice(0, 72)}\r\n`,
  'dots': `${'.'.repeat(72)}\r\n`,
  'single dots': '..\r\n',
  'short lines': 'ab\r\n',
  'headers': 'X-Line: a header line\r\n',
};

/** About `bytes` on the wire after DATA, up to and with the final dot. */
export function makeContent(shape: Shape, bytes: number): Buffer {
  const line = LINES[shape];
  const count = Math.max(1, Math.round((bytes - HEAD.length) / line.length));
  const lines = Buffer.alloc(count * line.length, line, 'latin1');
  const [before, after] = shape === 'headers' ? ['', '\r\n'] : ['\r\n', ''];
  return Buffer.concat([Buffer.from(HEAD + before), lines, Buffer.from(`${after}.\r\n`)]);
}

/** Wire bytes of this many header lines. */
export function headerBytes(lines: number): number {
  return HEAD.length + lines * LINES.headers.length;
}
