// The envelope of a message from the command line: from the arguments, else from its header section.

import type { ParsedAddress } from '../mail/address.ts';
import type { Envelope, Recipient } from '../mail/envelope.ts';
import { readHeaderAddresses } from '../mail/header-addresses.ts';
import { headerFields, splitHeaderSection, unfoldedValue } from '../mail/header-section.ts';
import { type Parsed, parsed, problem } from '../mail/parsed.ts';
import type { Pipeline } from '../pipeline/ingest.ts';

/** What the command line says about the envelope. */
export interface EnvelopeRequest {
  readonly recipients: readonly string[];
  /** `--extract-recipients`: To, Cc and Bcc are recipients, too, and Bcc leaves the message. */
  readonly extract: boolean;
  /** `--envelope`; empty for the null sender, undefined to take it from the message. */
  readonly sender: string | undefined;
}

/** The envelope and the content that goes with it. */
export interface InjectMessage {
  readonly envelope: Envelope;
  readonly content: Uint8Array[];
}

type Checks = Pick<Pipeline, 'checkSender' | 'checkRecipient'>;

const UTF8 = { smtputf8: true } as const;

/** Finds sender and recipients; a problem names the address or says which argument is missing. */
export function toInjectMessage(content: Buffer, request: EnvelopeRequest, checks: Checks): Parsed<InjectMessage> {
  const { header, body } = splitHeaderSection([content]);
  const found = request.extract ? readHeaderAddresses(header) : undefined;
  if (request.extract && found === undefined) return problem('the address fields of the message are too long');
  const named = [...request.recipients, ...(found?.recipients.map(({ text }) => text) ?? [])];
  const recipients = checkAll(named, checks);
  if (!recipients.ok) return recipients;
  if (recipients.value.length === 0) {
    return problem('no recipient: name one, or use --extract-recipients with a message that has To, Cc or Bcc');
  }
  const sender = findSender(header, request, checks);
  if (!sender.ok) return sender;
  return parsed({
    envelope: { mailFrom: sender.value, rcptTo: recipients.value },
    content: found === undefined ? [content] : [found.withoutBcc(), ...body],
  });
}

function checkAll(addresses: readonly string[], checks: Checks): Parsed<readonly Recipient[]> {
  const recipients: Recipient[] = [];
  for (const text of addresses) {
    const checked = checks.checkRecipient(text, UTF8);
    if (!checked.ok) return problem(`recipient ${JSON.stringify(text)}: ${checked.fault}`);
    recipients.push({ address: checked.address });
  }
  return parsed(recipients);
}

/** MailerQ's order: the argument, then the first valid one of x-mq-envelope, Return-Path, From and Sender. */
function findSender(header: Buffer, { sender }: EnvelopeRequest, checks: Checks): Parsed<string> {
  if (sender !== undefined) {
    const checked = checks.checkSender(sender.replace(/^<(.*)>$/, '$1'), UTF8);
    return checked.ok ? parsed(checked.address) : problem(`--envelope ${JSON.stringify(sender)}: ${checked.fault}`);
  }
  for (const candidate of senderCandidates(header)) {
    const checked: ParsedAddress = checks.checkSender(candidate, UTF8);
    if (checked.ok) return parsed(checked.address);
  }
  return problem('no sender: use --envelope ADDRESS, or a message with From, Sender or Return-Path');
}

function* senderCandidates(header: Buffer): Generator<string> {
  for (const name of ['x-mq-envelope', 'return-path']) {
    for (const field of headerFields(header)) {
      if (field.name === name) yield unfoldedValue(header, field).replace(/^<(.*)>$/, '$1');
    }
  }
  for (const { text } of readHeaderAddresses(header)?.senders ?? []) if (text !== '') yield text;
}
