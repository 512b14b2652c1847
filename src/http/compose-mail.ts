// Composes a message in parts into MIME by nodemailer's MailComposer, which gets no way to files or the network.

import MailComposer from 'nodemailer/lib/mail-composer';
import { failure, type Result } from './problem.ts';
import type { StructuredMail } from './structured-mail.ts';

/** Composes within the bound; the message has CRLF line ends, Date, Message-ID and no Bcc. */
export async function composeMail(
  mail: StructuredMail,
  { maxBytes }: { readonly maxBytes: number },
): Promise<Result<Uint8Array[]>> {
  const stream = new MailComposer({
    ...toParts(mail),
    // A copy: the composer writes to the objects it is given.
    headers: mail.headers.map(({ key, value }) => ({ key, value })),
    attachments: mail.attachments.map(toAttachment),
    disableFileAccess: true,
    disableUrlAccess: true,
    newline: 'win',
  }).compile().createReadStream();
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of stream as AsyncIterable<Uint8Array>) {
    size += chunk.length;
    // Leaving the loop destroys the stream and with it the composer's work.
    if (size > maxBytes) {
      return failure({ code: 'too-large', detail: `The composed message is larger than ${maxBytes} bytes.` });
    }
    chunks.push(chunk);
  }
  return { ok: true, value: chunks };
}

function toParts({ from, to, cc, subject, text, html }: StructuredMail) {
  return {
    from: from.map((mailbox) => ({ ...mailbox })),
    to: to.map((mailbox) => ({ ...mailbox })),
    cc: cc.map((mailbox) => ({ ...mailbox })),
    ...(subject === undefined ? {} : { subject }),
    ...(text === undefined ? {} : { text: toCrLf(text) }),
    ...(html === undefined ? {} : { html: toCrLf(html) }),
  };
}

function toAttachment({ filename, contentType, content, contentId, inline }: StructuredMail['attachments'][number]) {
  return {
    filename,
    contentType,
    content: Buffer.from(content.buffer, content.byteOffset, content.byteLength),
    contentDisposition: inline ? 'inline' : 'attachment',
    ...(contentId === undefined ? {} : { cid: contentId }),
  };
}

function toCrLf(text: string): string {
  return text.replace(/\r\n?|\n/g, '\r\n');
}
