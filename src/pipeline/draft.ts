// The working state of one message inside the pipeline, and the shape of a step that acts on it.

import type { Check } from '../checks/check.ts';
import type { AddressPolicy } from '../mail/address.ts';
import type { IpRanges } from '../mail/ip-ranges.ts';
import type { Refusal } from '../mail/disposition.ts';
import type { Recipient } from '../mail/envelope.ts';
import type { Report } from '../mail/report-schema.ts';
import type { EightBitPolicy, JsonObject } from '../queue/record.ts';
import type { LocalAddresses } from './local-addresses.ts';
import type { Submission } from './submission.ts';

/** What the configuration says about mapping. */
export interface IpMappingSettings {
  /** smtp-mappable-ips; every address where it is not set. */
  readonly mappable: IpRanges | undefined;
  /** smtp-unmappable-ips. */
  readonly unmappable: IpRanges | undefined;
  /** smtp-default-ips: for messages that map to no address; empty leaves the choice to the sender. */
  readonly defaults: readonly string[];
}

/** What the configuration says about messages. */
export interface PipelineSettings {
  /** MailerQ: smtp-validate-address. */
  readonly addressPolicy: AddressPolicy;
  /** smtp-recipients: headers means To, Cc and Bcc of what trusted SMTP sessions bring; the envelope by default. */
  readonly recipientsFrom?: 'envelope' | 'headers';
  /** smtp-max-recipients, for recipients from the header section; no limit by default. */
  readonly maxRecipients?: number;
  /** smtp-line-endings: what happens to a bare CR or LF. */
  readonly lineEndings: 'reject' | 'fix' | 'allow';
  /** smtp-8bit. */
  readonly eightBit: EightBitPolicy;
  /** smtp-received: prepend our trace field. */
  readonly addReceived: boolean;
  /** smtp-auth-results: whose copies get the results of the checks in a header; nobody's where it is not given. */
  readonly resultsFor?: readonly ('local' | 'nonlocal')[];
  /** Names of this host other than the one it has towards the client, in whose name nobody else may give results. */
  readonly ownNames?: readonly string[];
  /** rabbitmq-inbox. */
  readonly inbox: string;
  /** rabbitmq-local: for local addresses; the inbox where it is not set. */
  readonly local?: string | undefined;
  /** rabbitmq-primary: for urgent mail in place of the inbox; the inbox where it is not set. */
  readonly primary?: string | undefined;
  /** rabbitmq-reports: for reports; what is one is not found out where it is not set. */
  readonly reports?: string | undefined;
  /** smtp-reports: whose mail is examined for being a report; local by default. */
  readonly reportsFrom?: 'local' | 'all';
  /** rabbitmq-refused: for what is refused for lack of authentication; where it is not set, that is not stored. */
  readonly refused?: string | undefined;
  /** refused-maxsize in bytes: larger refused mail is not stored. */
  readonly refusedMaxBytes?: number;
  /** smtp-auth is set: who has not logged in may write to local addresses only. */
  readonly requiresAuthentication?: boolean;
  /** local-addresses; no address is local where it is not set. */
  readonly localAddresses?: (() => LocalAddresses) | undefined;
  /** smtp-extract: x-mq-* headers of trusted senders become properties. */
  readonly extract?: boolean;
  /** smtp-mappable-ips, smtp-unmappable-ips and smtp-default-ips; nothing is mapped where it is not given. */
  readonly ipMapping?: IpMappingSettings;
}

/** One message between door and queue. Steps replace its parts, never the bytes inside. */
export interface Draft {
  readonly submission: Submission;
  readonly receivedAt: Date;
  /** Who gets a record. */
  recipients: readonly Recipient[];
  /** One id per recipient, in order; none until it is clear who the recipients are. */
  ids: readonly string[];
  /** Header section with its empty line; set by the header scan. */
  header: Buffer;
  /** What follows the header section; the whole content until the header scan, nothing once it is encoded. */
  body: Uint8Array[];
  /** Goes to the primary queue in place of the inbox (Inboxbooster: X-Priority 0). */
  isUrgent: boolean;
  /** The sender: of the envelope, or what a trusted sender's header says instead; empty for the null sender. */
  mailFrom: string;
  /** Properties that come from the message itself or from where it came in. */
  properties: JsonObject;
  /** What the checks found; none were made where it is not given. */
  checks?: readonly Check[];
  /** What the message reports; it is none, or nobody asked, where it is not given. */
  report?: Report;
  /** Headers that were taken out and said nothing, with the reason; names only. */
  dropped: readonly string[];
}

/** One step of the pipeline: acts on the draft, or refuses the message. */
export type Step = (draft: Draft, settings: PipelineSettings) => Refusal | undefined;
