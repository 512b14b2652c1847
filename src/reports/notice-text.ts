// The human words of a notice without a standard form: its first text parts, decoded and cut before the returned message.

import { decodeText } from './report-text.ts';
import type { MimePart } from './split-parts.ts';

// What a mail system has to say stands at the start.
const MAX_PART_BYTES = 12_288;
const MAX_TEXT_PARTS = 3;

/** The text parts that come before a returned message, as one text. */
export function noticeText(parts: readonly MimePart[]): string {
  const texts: string[] = [];
  for (const part of parts) {
    if (part.mime.type.startsWith('message/') || part.mime.type === 'text/rfc822-headers') break;
    if (part.mime.type.startsWith('text/')) texts.push(partText(part));
    if (texts.length >= MAX_TEXT_PARTS) break;
  }
  return texts.join('\n').replace(/\r\n?/g, '\n');
}

function partText({ mime, body }: MimePart): string {
  const bytes = decodeStart(body.subarray(0, MAX_PART_BYTES), mime.encoding);
  const text = decodeText(bytes, mime.params.get('charset'));
  return mime.type === 'text/html' ? withoutTags(text) : text;
}

/** Transfer decoding of a part's start; the whole of a part is mailparser's work, off the accept path. */
function decodeStart(bytes: Buffer, encoding: string): Buffer {
  if (encoding === 'base64') return Buffer.from(bytes.toString('latin1'), 'base64');
  if (encoding !== 'quoted-printable') return bytes;
  const text = bytes.toString('latin1').replace(/=[ \t]{0,8}\r?\n/g, '');
  return Buffer.from(
    text.replace(/=([0-9A-F]{2})/gi, (_, hex: string) => String.fromCharCode(parseInt(hex, 16))),
    'latin1',
  );
}

function withoutTags(html: string): string {
  return html.replace(/<(?:br|p|div|tr|li|h\d)\b[^<>]{0,500}>/gi, '\n').replace(/<[^<>]{0,500}>/g, '')
    .replace(/&lt;/g, '<').replace(/&gt;/g, '>').replace(/&nbsp;/g, ' ').replace(/&amp;/g, '&');
}
