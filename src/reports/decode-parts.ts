// Decodes chosen parts of a recognised report with mailparser, which gets to see only those parts, cut to their limits.

import type { AttachmentStream } from 'mailparser';
import { MailParser } from 'mailparser';
import { randomUUID } from 'node:crypto';
import { ReportFault } from './report-fault.ts';
import type { MimePart } from './split-parts.ts';

/** A part to decode, and how much of its encoded body. */
export interface PartRequest {
  readonly part: MimePart;
  readonly maxBytes: number;
}

/** How long and how much mailparser may work. */
export interface DecodeLimits {
  readonly deadline: AbortSignal;
}

// Attachments never reach the text conversions, whose cost the sender could choose; these switch off the rest.
const OPTIONS = {
  skipHtmlToText: true,
  skipTextToHtml: true,
  skipTextLinks: true,
  skipImageLinks: true,
  keepDeliveryStatus: true,
  maxHtmlLengthToParse: 0,
};
const WRITE_BYTES = 65_536;

/**
 * The decoded bodies, in the order of the requests. Base64 and quoted-printable are decoded, character sets are not.
 * mailparser walks a multipart of attachments made of the wanted parts: what the sender nested around them is gone.
 */
export async function decodeParts(requests: readonly PartRequest[], { deadline }: DecodeLimits): Promise<Buffer[]> {
  if (requests.length === 0) return [];
  const parser = new MailParser(OPTIONS);
  const bodies: Promise<Buffer>[] = [];
  const finished = new Promise<void>((resolve, reject) => {
    parser.on('data', (data) => {
      if (data.type === 'attachment') bodies.push(collect(data));
    });
    parser.once('end', resolve);
    parser.once('error', reject);
    deadline.addEventListener('abort', () => parser.destroy(new ReportFault('the report takes too long to decode')), {
      once: true,
    });
  });
  void write(parser, requests, deadline);
  await finished;
  const decoded = await Promise.all(bodies);
  return requests.map((_, index) => decoded[index] ?? Buffer.alloc(0));
}

async function collect(data: AttachmentStream): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of data.content as unknown as AsyncIterable<Buffer>) chunks.push(chunk);
  data.release();
  return Buffer.concat(chunks);
}

async function write(parser: MailParser, requests: readonly PartRequest[], deadline: AbortSignal): Promise<void> {
  for (const bytes of toMultipart(requests)) {
    for (let start = 0; start < bytes.length; start += WRITE_BYTES) {
      if (deadline.aborted || parser.destroyed) return;
      if (!parser.write(bytes.subarray(start, start + WRITE_BYTES))) await drained(parser);
    }
  }
  parser.end();
}

function drained(parser: MailParser): Promise<void> {
  return new Promise((resolve) => {
    const proceed = () => {
      parser.off('drain', proceed);
      parser.off('close', proceed);
      resolve();
    };
    parser.on('drain', proceed);
    parser.on('close', proceed);
  });
}

/** A flat message of attachments, whatever their types were, so that nothing in them is opened or converted. */
function* toMultipart(requests: readonly PartRequest[]): Generator<Buffer> {
  const boundary = randomUUID();
  yield Buffer.from(`Content-Type: multipart/mixed; boundary="${boundary}"\r\n\r\n`);
  for (const { part, maxBytes } of requests) {
    const encoding = ['base64', 'quoted-printable'].includes(part.mime.encoding) ? part.mime.encoding : 'binary';
    yield Buffer.from(
      `--${boundary}\r\nContent-Type: application/octet-stream\r\nContent-Disposition: attachment\r\n` +
        `Content-Transfer-Encoding: ${encoding}\r\n\r\n`,
    );
    yield part.body.subarray(0, maxBytes);
    yield Buffer.from('\r\n');
  }
  yield Buffer.from(`--${boundary}--\r\n`);
}
