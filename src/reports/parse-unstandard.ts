// Puts together the report of a bounce or automatic reply without a standard form.

import { parseFieldGroups } from './field-groups.ts';
import type { MessageFields } from './message-fields.ts';
import { recipientsOfNotice } from './notice-recipients.ts';
import type { Returned, UnstandardReport } from '../mail/report-schema.ts';
import { decodeHeaderValue, toOptionalValue, toValue } from './report-text.ts';
import type { UnstandardClass } from './unstandard-evidence.ts';
import { withoutUndefined } from './without-undefined.ts';

/** What is known of the message. */
export interface UnstandardParts {
  readonly fields: MessageFields;
  readonly class: UnstandardClass;
  /** The words before the returned message. */
  readonly notice: string;
  readonly returned: Returned | undefined;
}

// Where the returned message begins inside the text; what follows names other addresses.
const RETURNED =
  /^[ \t]*(?:-{2,}[^\n]{0,60}(?:original message|returned|copy of|unsent|message header|header of|below)|(?:original|returned) message(?! was)|received: (?:from|by)\b|return-path:|the first [^\n]{0,60}message)/im;

/** Never fails: what is not clear is left out. */
export function parseUnstandard({ fields, class: kind, notice, returned }: UnstandardParts): UnstandardReport {
  const text = withoutReturned(notice);
  return withoutUndefined({
    type: 'unstandard',
    class: kind,
    recipients: kind === 'bounce' ? recipientsOfNotice(text, fields.raw('x-failed-recipients')) : [],
    'in-reply-to': toOptionalValue(decodeHeaderValue(fields.raw('in-reply-to'))),
    returned: returned ?? returnedInText(notice.slice(text.length)),
  });
}

/** The notice up to where the returned message begins in it. */
export function withoutReturned(notice: string): string {
  const found = notice.search(RETURNED);
  return found < 0 ? notice : notice.slice(0, found);
}

/** The header section quoted in the text, from its first Received or Return-Path or other known field on. */
function returnedInText(rest: string): Returned | undefined {
  const start = rest.search(/^(?:received|return-path|message-id|from|date|delivered-to|x-[\w-]{1,40}):/im);
  if (start < 0) return undefined;
  const end = rest.indexOf('\n\n', start);
  const headers = toValue(rest.slice(start, end < 0 ? undefined : end), 65_536);
  const [group] = parseFieldGroups(headers, 1);
  if (group === undefined || group.size < 3) return undefined;
  return withoutUndefined({
    headers,
    'message-id': group.get('message-id')?.[0],
    subject: group.get('subject')?.[0],
  });
}
