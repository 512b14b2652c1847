// Parses the message/disposition-notification part of an MDN (RFC 8098 section 3) into the report of the record.

import { bareAddress, firstValue, parseFieldGroups, withoutType } from './field-groups.ts';
import { ReportFault } from './report-fault.ts';
import type { MdnReport } from '../mail/report-schema.ts';
import { decodeText } from './report-text.ts';
import { withoutUndefined } from './without-undefined.ts';

/** From the decoded bytes of the part; a ReportFault without a disposition. */
export function parseMdn(notification: Buffer | undefined): MdnReport {
  const groups = parseFieldGroups(decodeText(notification ?? Buffer.alloc(0)), 8);
  const group = groups.find((fields) => fields.has('disposition'));
  const disposition = firstValue(group, 'disposition');
  if (disposition === undefined) throw new ReportFault('no part names a disposition');
  const originalRecipient = bareAddress(withoutType(firstValue(group, 'original-recipient')));
  return withoutUndefined({
    type: 'mdn',
    'reporting-ua': firstValue(group, 'reporting-ua'),
    'original-recipient': originalRecipient,
    'final-recipient': bareAddress(withoutType(firstValue(group, 'final-recipient'))) ?? originalRecipient ?? '',
    'original-message-id': firstValue(group, 'original-message-id'),
    disposition: parseDisposition(disposition),
  });
}

/** RFC 8098 section 3.2.6: `manual-action/MDN-sent-manually; displayed/error`; the mode may be missing in old ones. */
function parseDisposition(text: string): MdnReport['disposition'] {
  const [mode, rest] = text.includes(';') ? [before(text, ';'), after(text, ';')] : ['', text];
  const [type, modifiers] = [before(rest, '/'), after(rest, '/')];
  return {
    'action-mode': before(mode, '/').toLowerCase(),
    'sending-mode': after(mode, '/').toLowerCase(),
    type: type.toLowerCase(),
    modifiers: modifiers.split(',').map((word) => word.trim().toLowerCase()).filter((word) => word !== ''),
  };
}

function before(text: string, mark: string): string {
  const at = text.indexOf(mark);
  return (at < 0 ? text : text.slice(0, at)).trim();
}

function after(text: string, mark: string): string {
  const at = text.indexOf(mark);
  return at < 0 ? '' : text.slice(at + 1).trim();
}
