// Parses the message/delivery-status part of a DSN (RFC 3464 section 2) into the report of the record.

import type { FieldGroup } from './field-groups.ts';
import { bareAddress, firstValue, parseFieldGroups, splitType, withoutType } from './field-groups.ts';
import type { NoticeRecipient } from './notice-recipients.ts';
import { ReportFault } from './report-fault.ts';
import type { DsnRecipient, DsnReport, Returned } from '../mail/report-schema.ts';
import { decodeText, toIsoTime, toOptionalValue } from './report-text.ts';
import { withoutUndefined } from './without-undefined.ts';

/** What the parts of a DSN hold, decoded. */
export interface DsnParts {
  /** Bodies of the delivery-status parts; some senders write one per recipient. */
  readonly status: readonly Buffer[];
  readonly returned: Returned | undefined;
  /** Recipients as the human part states them, for reports whose status part names none. */
  readonly noticed: () => readonly NoticeRecipient[];
}

/** Recipients beyond `maxRows` are left out. Throws a ReportFault when nothing of a report is there. */
export function parseDsn(parts: DsnParts, { maxRows }: { readonly maxRows: number }): DsnReport {
  const groups = parts.status.flatMap((bytes) => parseFieldGroups(decodeText(bytes), maxRows + 2));
  const named = groups.filter(isRecipient);
  const recipients = named.length > 0 ? named.slice(0, maxRows).map(toRecipient) : parts.noticed().map(fromNotice);
  const message = groups.find((group) => group.has('reporting-mta')) ?? groups.find((group) => !isRecipient(group));
  const reportingMta = withoutType(firstValue(message, 'reporting-mta'));
  if (recipients.length === 0 && reportingMta === undefined) throw new ReportFault('no part names a recipient');
  return withoutUndefined({
    type: 'dsn',
    'reporting-mta': reportingMta ?? '',
    'received-from-mta': withoutType(firstValue(message, 'received-from-mta')),
    'arrival-date': toIsoTime(firstValue(message, 'arrival-date')),
    'original-envelope-id': firstValue(message, 'original-envelope-id'),
    recipients,
    returned: parts.returned,
    truncated: named.length > maxRows ? true : undefined,
  });
}

/** RFC 3464 section 2.3 requires a group for each recipient; what the words say stands in for it. */
function fromNotice({ status = '', ...rest }: NoticeRecipient): DsnRecipient {
  return { ...rest, action: actionOf('', status), status };
}

function isRecipient(group: FieldGroup): boolean {
  return group.has('final-recipient') || group.has('original-recipient') || group.has('x-actual-recipient');
}

function toRecipient(group: FieldGroup): DsnRecipient {
  const originalRecipient = addressOf(group, 'original-recipient');
  const diagnostic = firstValue(group, 'diagnostic-code');
  const status = statusOf(firstValue(group, 'status') ?? '');
  return withoutUndefined({
    'original-recipient': originalRecipient,
    // RFC 3464 section 2.3.2 requires it; the original recipient stands in where a sender left it out.
    'final-recipient': addressOf(group, 'final-recipient') ?? originalRecipient ??
      addressOf(group, 'x-actual-recipient') ??
      '',
    action: actionOf(firstValue(group, 'action') ?? '', status),
    status,
    'remote-mta': withoutType(firstValue(group, 'remote-mta')),
    diagnostic: diagnostic === undefined ? undefined : splitType(diagnostic),
    'last-attempt-date': toIsoTime(firstValue(group, 'last-attempt-date')),
    'will-retry-until': toIsoTime(firstValue(group, 'will-retry-until')),
  });
}

function addressOf(group: FieldGroup, name: string): string | undefined {
  return toOptionalValue(bareAddress(withoutType(firstValue(group, name))));
}

/** RFC 3463 section 2 with comments or words around it, as in `5.1.1 (bad destination mailbox address)`. */
function statusOf(text: string): string {
  return /(?<![\d.])([245]\.\d{1,3}\.\d{1,3})(?![\d.])/.exec(text)?.[1] ?? '';
}

/** RFC 3464 section 2.3.3; a missing action follows from the class of the status. */
function actionOf(text: string, status: string): string {
  const word = /[a-z]+/i.exec(text)?.[0].toLowerCase();
  if (word !== undefined) return word;
  return status.startsWith('2') ? 'delivered' : status.startsWith('4') ? 'delayed' : 'failed';
}
