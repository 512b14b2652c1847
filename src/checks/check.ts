// The elements of the record's `checks`: one for each test that was made, one for each DKIM signature.

/** Result words of SPF (RFC 8601 section 2.7.2). */
export type SpfResult = 'none' | 'neutral' | 'pass' | 'fail' | 'softfail' | 'temperror' | 'permerror';

/** Result words of DKIM (RFC 8601 section 2.7.1). */
export type DkimResult = 'none' | 'pass' | 'fail' | 'policy' | 'neutral' | 'temperror' | 'permerror';

/** Result words of DMARC (RFC 9989 section 9.1). */
export type DmarcResult = 'none' | 'pass' | 'fail' | 'temperror' | 'permerror';

/** Result words of ARC (RFC 8617 section 4.4), and what the chain is when it could not be judged. */
export type ArcResult = 'none' | 'pass' | 'fail' | 'temperror' | 'permerror';

/** `none`: larger than what is scanned. `temperror`: spamd did not answer. */
export type SpamResult = 'pass' | 'fail' | 'none' | 'temperror';

/** May this client send mail of this sender? */
export type SpfCheck =
  | { readonly spf: SpfResult; readonly 'smtp.mailfrom': string }
  /** The null sender has no domain: the client's own name was checked (RFC 7208 section 2.4). */
  | { readonly spf: SpfResult; readonly 'smtp.helo': string };

/** One signature, or `none` alone where there is none. */
export type DkimCheck = {
  readonly dkim: DkimResult;
  readonly domain?: string;
  readonly selector?: string;
  /** The signer's identity: the i= tag, or `@` and the domain. */
  readonly 'header.i'?: string;
  /** The signature's first characters, to tell signatures apart (RFC 6008). */
  readonly 'header.b'?: string;
};

/** Does the From field's domain stand behind the message? */
export type DmarcCheck = {
  readonly dmarc: DmarcResult;
  /** The author's whole address, as MailerQ has it; absent where no field says one. */
  readonly 'header.from'?: string;
};

/** The chain of those who passed the message on. */
export type ArcCheck = { readonly arc: ArcResult };

/** spamd's verdict. */
export type SpamVerdict = {
  readonly result: SpamResult;
  readonly score?: number;
  /** From this score on it is spam. */
  readonly threshold?: number;
  /** Names of the rules that matched. */
  readonly symbols?: readonly string[];
};

/** Is it spam? An object of its own: the other checks have a word there, and properties of what was checked beside it. */
export type SpamCheck = { readonly spam: SpamVerdict };

/** One element. */
export type Check = SpfCheck | DkimCheck | DmarcCheck | ArcCheck | SpamCheck;

/** Name of a test (MailerQ: smtp-check). */
export type CheckName = 'spf' | 'dkim' | 'dmarc' | 'arc' | 'spam';
