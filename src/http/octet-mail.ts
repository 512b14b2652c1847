// The application/octet-stream form of POST /v1/mail/send (Inboxbooster): everything is said by the message's header section.

import { lastValueOf, splitHeaderSection } from '../mail/header-section.ts';
import type { MessageRequest } from './message-request.ts';
import { failure, type Result } from './problem.ts';
import type { EnvelopeSource } from './raw-message.ts';

/** Reads X-Uuid and X-Priority; sender and recipients follow from the header section as they always do. */
export function parseOctetMail(content: Uint8Array[], source: EnvelopeSource): Result<MessageRequest> {
  if (source.query !== '') {
    return failure({ code: 'unexpected-parameter', detail: 'The envelope stands in the header section.' });
  }
  const { header } = splitHeaderSection(content);
  // In front of the message, where Inboxbooster reads them, or of the request, where an HTTP client looks for headers.
  const read = (name: string) => lastValueOf(header, name.toLowerCase()) ?? source.header(name);
  const uuid = read('X-Uuid');
  const priority = read('X-Priority') ?? '1';
  if (uuid === undefined) return fault('X-Uuid', 'is missing');
  if (!/^[a-z0-9]{1,255}$/.test(uuid)) return fault('X-Uuid', 'must be 1 to 255 of the characters a-z and 0-9');
  if (priority !== '0' && priority !== '1') return fault('X-Priority', 'must be 0 (urgent), 1 or left out');
  return { ok: true, value: { content, isUrgent: priority === '0', properties: { uuid } } };
}

function fault(header: string, detail: string): Result<never> {
  return failure({ code: 'malformed-header', detail: `${header} ${detail}.`, errors: [{ header, detail }] });
}
