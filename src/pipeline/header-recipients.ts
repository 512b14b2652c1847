// The recipients step (smtp-recipients: headers): To, Cc and Bcc say who gets the message, X-Priority how urgent it is.

import { parseAddress, toMailboxKey } from '../mail/address.ts';
import { type Refusal, toRefusal } from '../mail/disposition.ts';
import type { Recipient } from '../mail/envelope.ts';
import { type HeaderAddress, MAX_ADDRESS_FIELDS, readHeaderAddresses } from '../mail/header-addresses.ts';
import { lastValueOf } from '../mail/header-section.ts';
import type { Draft, PipelineSettings } from './draft.ts';
import type { Submission } from './submission.ts';

/** Puts the recipients of the header section in the place of the envelope's, or refuses for all of them; Bcc is taken out. */
export function takeHeaderRecipients(draft: Draft, settings: PipelineSettings): Refusal | undefined {
  const { submission } = draft;
  if (settings.recipientsFrom !== 'headers' || !isAskedToRead(submission)) return undefined;
  const found = readHeaderAddresses(draft.header);
  if (found === undefined) return refuse(`The address fields exceed ${MAX_ADDRESS_FIELDS} bytes`);
  const recipients = judge(found.recipients, { submission, settings });
  if ('outcome' in recipients) return recipients;
  draft.recipients = recipients;
  draft.isUrgent = lastValueOf(draft.header, 'x-priority') === '0';
  draft.header = found.withoutBcc();
  return undefined;
}

/** A stranger may not choose by a header whom nobody asked about at RCPT; the other doors have rules of their own. */
function isAskedToRead({ trusted, isRefused, origin }: Submission): boolean {
  return trusted && isRefused !== true && origin.door === 'smtp';
}

interface Judgement {
  readonly submission: Submission;
  readonly settings: PipelineSettings;
}

/** Each mailbox once, as it is written first. */
function judge(given: readonly HeaderAddress[], { submission, settings }: Judgement): readonly Recipient[] | Refusal {
  const { addressPolicy: policy, maxRecipients = Infinity } = settings;
  const dsn = toTransactionDsn(submission);
  const smtputf8 = offersUtf8(submission);
  const recipients = new Map<string, Recipient>();
  for (const { text, field } of given) {
    const checked = parseAddress(text, { policy, smtputf8, allow: 'recipient' });
    if (!checked.ok) return refuse(`Bad recipient in ${field}: ${checked.fault}`);
    const key = toMailboxKey(checked.address);
    if (!recipients.has(key)) recipients.set(key, { address: checked.address, ...dsn });
  }
  if (recipients.size === 0) return refuse('No recipient in To, Cc or Bcc');
  if (recipients.size <= maxRecipients) return [...recipients.values()];
  return toRefusal('too-many-recipients', '4.5.3', { text: `Too many recipients, at most ${maxRecipients} are taken` });
}

function refuse(text: string): Refusal {
  return toRefusal('header-recipients', '5.1.3', { text });
}

/** RFC 6531 section 4.3: this is how the protocol is called once SMTPUTF8 was asked for. */
function offersUtf8({ origin }: Submission): boolean {
  return origin.door === 'smtp' && origin.protocol.startsWith('UTF8');
}

/** RET and ENVID are of the whole message; NOTIFY and ORCPT go with the recipient that is not one. */
function toTransactionDsn({ envelope: { rcptTo: [first] } }: Submission): Pick<Recipient, 'dsn'> {
  const { ret, envid } = first?.dsn ?? {};
  if (ret === undefined && envid === undefined) return {};
  return { dsn: { ...(ret === undefined ? {} : { ret }), ...(envid === undefined ? {} : { envid }) } };
}
