// Makes the messages that the tests of reports look at.

import { splitHeaderSection } from '../../../src/mail/header-section.ts';
import type { MessageFields } from '../../../src/reports/message-fields.ts';
import { readMessageFields } from '../../../src/reports/message-fields.ts';
import type { MimePart } from '../../../src/reports/split-parts.ts';
import { splitParts } from '../../../src/reports/split-parts.ts';

/** One part: its Content fields without their prefix, and its lines. */
export interface PartInput {
  readonly type: string;
  readonly encoding?: string;
  readonly filename?: string;
  readonly lines: readonly string[];
}

/** The message with CRLF line ends; characters are bytes. */
export function makeMessage(lines: readonly string[]): Buffer {
  return Buffer.from(lines.join('\r\n'), 'latin1');
}

/** A multipart message of these parts. */
export function makeMultipart(fields: readonly string[], parts: readonly PartInput[]): Buffer {
  const body = parts.flatMap(({ type, encoding, filename, lines }) => [
    '--next',
    `Content-Type: ${type}`,
    ...(encoding === undefined ? [] : [`Content-Transfer-Encoding: ${encoding}`]),
    ...(filename === undefined ? [] : [`Content-Disposition: attachment; filename="${filename}"`]),
    '',
    ...lines,
  ]);
  const typed = fields.some((field) => /^content-type:/i.test(field))
    ? fields
    : [...fields, 'Content-Type: multipart/mixed'];
  const bounded = typed.map((field) => (/^content-type:/i.test(field) ? `${field}; boundary="next"` : field));
  return makeMessage([...bounded, '', ...body, '--next--', '']);
}

/** An attachment in base64. */
export function makeAttachment(type: string, { filename, bytes }: { filename: string; bytes: Buffer }): PartInput {
  return { type, filename, encoding: 'base64', lines: bytes.toString('base64').match(/.{1,76}/g) ?? [] };
}

/** The message taken apart as the recogniser does it. */
export function takeApart(
  content: Buffer,
  mailFrom?: string,
): { header: Buffer; body: readonly Uint8Array[]; fields: MessageFields; parts: readonly MimePart[] } {
  const { header, body } = splitHeaderSection([content]);
  const fields = readMessageFields(header, mailFrom);
  const parts = splitParts({ header, mime: fields.mime, body: Buffer.concat(body) }, { maxParts: 20, maxDepth: 5 });
  return { header, body, fields, parts };
}
