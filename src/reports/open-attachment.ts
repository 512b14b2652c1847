// Opens the attachment of an aggregate report: plain, gzip or ZIP, with a bound on what comes out.

import { promisify } from 'node:util';
import { gunzip, inflateRaw } from 'node:zlib';
import type { Readable } from 'node:stream';
import type { Entry, ZipFile } from 'yauzl';
import { fromBufferPromise } from 'yauzl';
import { firstMember } from './gzip-member.ts';
import { ReportFault } from './report-fault.ts';

/** Bounds on the way out. */
export interface OpenLimits {
  readonly maxInflatedBytes: number;
}

const MAX_ENTRIES = 20;
const MAX_LAYERS = 3;
const unzip = promisify(gunzip);
const inflate = promisify(inflateRaw);

/** The report's own bytes. Throws a ReportFault when the attachment is broken or larger than allowed. */
export async function openAttachment(bytes: Buffer, limits: OpenLimits): Promise<Buffer> {
  let opened = bytes;
  // Some senders wrap twice: a ZIP archive with a .gz inside.
  for (let layer = 0; layer < MAX_LAYERS; layer++) {
    if (opened[0] === 0x1f && opened[1] === 0x8b) opened = await fromGzip(opened, limits);
    else if (opened[0] === 0x50 && opened[1] === 0x4b) opened = await fromZip(opened, limits);
    else return opened;
  }
  throw new ReportFault('the attachment is compressed too often');
}

async function fromGzip(bytes: Buffer, { maxInflatedBytes: maxOutputLength }: OpenLimits): Promise<Buffer> {
  try {
    return await unzip(bytes, { maxOutputLength });
  } catch (error) {
    if (isTooLarge(error)) throw new ReportFault(tooLarge(maxOutputLength), { cause: error });
  }
  try {
    // Bytes behind the data are a fault to gunzip; mail adds line ends there.
    return await inflate(firstMember(bytes), { maxOutputLength });
  } catch (error) {
    throw new ReportFault(isTooLarge(error) ? tooLarge(maxOutputLength) : 'the gzip data is broken', { cause: error });
  }
}

function isTooLarge(error: unknown): boolean {
  return error instanceof Error && 'code' in error && error.code === 'ERR_BUFFER_TOO_LARGE';
}

function tooLarge(maxBytes: number): string {
  return `the attachment has more than ${maxBytes} bytes decompressed`;
}

async function fromZip(bytes: Buffer, limits: OpenLimits): Promise<Buffer> {
  let archive: ZipFile | undefined;
  try {
    archive = await fromBufferPromise(bytes, { lazyEntries: true, strictFileNames: false });
    return await readReport(archive, limits);
  } catch (error) {
    if (error instanceof ReportFault) throw error;
    throw new ReportFault('the ZIP archive is broken', { cause: error });
  } finally {
    archive?.close();
  }
}

/** The first entry that looks like a report; folders and the resource forks of one system's archiver do not. */
async function readReport(archive: ZipFile, limits: OpenLimits): Promise<Buffer> {
  let seen = 0;
  for await (const entry of archive.eachEntry()) {
    if (++seen > MAX_ENTRIES) break;
    if (/\/$|^__MACOSX\//.test(entry.fileName) || entry.uncompressedSize === 0) continue;
    return await readEntry(archive, entry, limits);
  }
  throw new ReportFault('the ZIP archive has no report in it');
}

async function readEntry(archive: ZipFile, entry: Entry, { maxInflatedBytes }: OpenLimits): Promise<Buffer> {
  if (entry.uncompressedSize > maxInflatedBytes) throw new ReportFault(tooLarge(maxInflatedBytes));
  if (entry.isEncrypted()) throw new ReportFault('the ZIP archive is encrypted');
  const stream: Readable = await archive.openReadStreamPromise(entry);
  const chunks: Buffer[] = [];
  let length = 0;
  for await (const chunk of stream as AsyncIterable<Buffer>) {
    // The size in the directory may lie.
    length += chunk.length;
    if (length > maxInflatedBytes) throw new ReportFault(tooLarge(maxInflatedBytes));
    chunks.push(chunk);
  }
  return Buffer.concat(chunks);
}
