// What a door hands to the pipeline: who, for whom, and the bytes.

import type { Envelope } from '../mail/envelope.ts';
import type { ContentLease } from '../net/content-lease.ts';
import type { KeyClaim } from '../queue/key-claim.ts';

/** The record's `connection` (MailerQ), after PROXY substitution. */
export interface Connection {
  readonly localIp: string;
  readonly localPort: number;
  readonly remoteIp: string;
  readonly remotePort: number;
  readonly secure: boolean;
  readonly user?: string;
}

/** Where a submission came from; each kind becomes one object of the record. */
export type Origin =
  | {
    readonly door: 'smtp';
    readonly connection: Connection;
    readonly helo: string;
    /** RFC 3848 protocol keyword for Received: ESMTP, ESMTPS, ESMTPSA, SMTP, UTF8SMTP … */
    readonly protocol: string;
    readonly tls?: { readonly version: string; readonly cipher: string };
  }
  | {
    readonly door: 'http';
    /** Token or user name; empty when the door is open. */
    readonly authentication: string;
    readonly remoteIp: string;
    readonly remotePort: number;
    readonly secure: boolean;
  }
  | { readonly door: 'cli'; readonly command: string; readonly arguments: readonly string[]; readonly user: string };

/** What an Idempotency-Key makes of a submission. */
export interface SubmissionKey {
  readonly claim: KeyClaim;
  /** The id of a recipient's record, the same for every repeat. */
  readonly idFor: (recipient: string) => string;
}

/** One message on its way in. */
export interface Submission {
  readonly origin: Origin;
  /** Authenticated, or inside the range where no authentication is configured. */
  readonly trusted: boolean;
  /** The recipients need authentication that is missing: stored as refused mail, where that is configured, and rejected. */
  readonly isRefused?: boolean;
  /** Goes to the primary queue in place of the inbox; left out: it does not. */
  readonly isUrgent?: boolean;
  readonly envelope: Envelope;
  /** The bytes after DATA (dots un-stuffed) or of the request body, in arrival order. The pipeline empties the list. */
  readonly content: Uint8Array[];
  /** The room that the content takes, which follows its encoded forms; left out: nobody counts. */
  readonly lease?: Pick<ContentLease, 'settle'> | undefined;
  /** Name of this host towards the peer: greeting, Received and the record's `hostname`. */
  readonly hostname: string;
  /** Further record properties given by the caller (HTTP body), already validated. */
  readonly properties?: Readonly<{ [name: string]: unknown }>;
  /** Ids that are not the pipeline's to choose, and where the records are noted; left out: neither. */
  readonly key?: SubmissionKey;
  /** Session or request id for the log. */
  readonly sessionId: string;
  /** For the log, too: the line of the request, counted from 1, where it brings one message a line. */
  readonly line?: number;
}
