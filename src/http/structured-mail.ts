// A message in parts as the composer takes it.

import type { Mailbox } from './mailbox.ts';

/** One file of a message. */
export interface MailAttachment {
  readonly filename: string;
  readonly contentType: string;
  readonly content: Uint8Array;
  readonly contentId?: string;
  readonly inline: boolean;
}

/** A message in parts, checked: nothing in it can break out of its header field. Bcc is in the envelope only. */
export interface StructuredMail {
  readonly from: readonly Mailbox[];
  readonly to: readonly Mailbox[];
  readonly cc: readonly Mailbox[];
  readonly subject?: string;
  readonly text?: string;
  readonly html?: string;
  readonly headers: readonly { readonly key: string; readonly value: string }[];
  readonly attachments: readonly MailAttachment[];
}
