// The envelope of one transaction: what MAIL FROM and RCPT TO (or the HTTP request) said, apart from the content.

/** Delivery status notification wishes of one recipient (RFC 3461), values verbatim. */
export interface DsnParameters {
  readonly notify?: string;
  readonly orcpt?: string;
  readonly ret?: string;
  readonly envid?: string;
}

/** One RCPT TO. */
export interface Recipient {
  /** The address without angle brackets, as given, source route stripped. */
  readonly address: string;
  readonly dsn?: DsnParameters;
}

/** The sender and the recipients of one transaction (RFC 5321 section 3.3). */
export interface Envelope {
  /** The reverse-path without angle brackets; empty for the null sender. */
  readonly mailFrom: string;
  readonly rcptTo: readonly Recipient[];
}
