// Message contents that have a way of getting damaged between a client and a queue.
import { Buffer } from 'node:buffer';

/** One content with CRLF line ends. */
export interface Content {
  readonly name: string;
  readonly bytes: Buffer;
}

const HEADER = 'From: <sender@example.com>\r\nTo: <rcpt@example.org>\r\nSubject: round trip\r\n';

const withBody = (body: string | Buffer): Buffer => Buffer.concat([Buffer.from(`${HEADER}\r\n`), Buffer.from(body)]);

/** Bytes 1 to 255 without the line ends, so that no line policy is concerned. */
const LATIN1 = Buffer.from(
  Array.from({ length: 255 }, (_, index) => index + 1).filter((byte) => byte !== 10 && byte !== 13),
);

/** The contents; the last one does not end with a line end. */
export const CONTENTS: readonly Content[] = [
  { name: 'plain ASCII', bytes: withBody('Just text.\r\nTwo lines of it.\r\n') },
  { name: 'UTF-8', bytes: withBody('Grüße, 世界, 🎉, “quotes” \u2028 and \\ "backslashes"\r\n') },
  {
    name: 'Latin-1 bytes',
    bytes: withBody(Buffer.concat([Buffer.from('caf\xe9 ', 'latin1'), LATIN1, Buffer.from('\r\n')])),
  },
  { name: 'NUL bytes', bytes: withBody(Buffer.from('before\0after\0\0\r\n\0\r\n', 'latin1')) },
  { name: '8 MB', bytes: withBody(Buffer.from(`${'0123456789abcdef'.repeat(4)}\r\n`.repeat(130_000))) },
  { name: 'lines that start with dots', bytes: withBody('.\r\n..\r\n...\r\n.x\r\n..x\r\nx.\r\n.\r\n') },
  { name: 'a leading byte order mark', bytes: Buffer.concat([Buffer.from('\ufeff'), withBody('after the mark\r\n')]) },
  { name: 'an empty body', bytes: withBody('') },
  { name: 'a header section alone', bytes: Buffer.from(HEADER) },
  { name: 'a body without a final newline', bytes: withBody('the end') },
];
