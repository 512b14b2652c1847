// The SMTP dialogue of one session as a state machine: a command goes in, a reply comes out; it knows no socket.

import { toMailboxKey } from '../mail/address.ts';
import type { ContentLease } from '../net/content-lease.ts';
import type { DsnParameters, Recipient } from '../mail/envelope.ts';
import type { Pipeline } from '../pipeline/ingest.ts';
import type { Authentication } from './authentication.ts';
import { type Command, decodeLine, type Parameters, parseCommand, parsePathArgument } from './command.ts';
import { applyMailParameters, type MailParameters, toRecipientDsn } from './parameters.ts';
import { REPLIES, type Reply, toBareReply, toReply } from './reply.ts';

/** What the configuration says about the dialogue. */
export interface DialogueSettings {
  /** Largest content in bytes; what SIZE announces. */
  readonly maxBytes: number;
  /** MailerQ has no such key; RFC 5321 section 4.5.3.1.8 asks for at least 100. */
  readonly maxRecipients: number;
  /** Transactions per connection; 0 means no limit. */
  readonly maxMessages: number;
  /** MailerQ: dsn-advertise. */
  readonly offerDsn: boolean;
  /** A path without angle brackets is taken (smtp-validate-address: loose). */
  readonly barePaths: boolean;
}

/** The transaction when its content may come. */
export interface Transaction {
  readonly mailFrom: string;
  readonly parameters: MailParameters;
  readonly recipients: readonly Recipient[];
  /** Its recipients need authentication that is missing. */
  readonly isRefused: boolean;
}

/** What the dialogue stands on. */
export interface DialogueDependencies {
  readonly settings: DialogueSettings;
  readonly pipeline: Pick<Pipeline, 'checkSender' | 'checkRecipient' | 'admitsSender' | 'admitRecipient'>;
  readonly authentication: Authentication;
  /** The room for the content. */
  readonly lease: Pick<ContentLease, 'fits' | 'expect'>;
  /** Whether there is a certificate. */
  readonly offersTls?: boolean;
  /** Whether the connection is encrypted now. */
  readonly isSecure: () => boolean;
  /** Name in the greeting. */
  readonly hostname: string;
  /** The answer to every MAIL of a session that may not bring any. */
  readonly mailRefusal?: Reply | undefined;
}

// After this many refused commands a client is broken or hostile.
const MAX_ERRORS = 20;
// RFC 5321 section 4.5.3.1.2 limits a domain to 255 octets; a little room for literals.
const MAX_HELO = 300;
const HTTP_REQUEST = /^(?:GET|POST|CONNECT|HEAD|PUT|PATCH|DELETE|OPTIONS|TRACE) /;
const LONGEST_METHOD = 'CONNECT '.length;
const NOT_IMPLEMENTED = new Set(['EXPN', 'TURN', 'ETRN', 'ATRN', 'BDAT', 'SEND', 'SOML', 'SAML', 'BURL']);

/** One session's protocol state. */
export class Dialogue {
  readonly #settings: DialogueSettings;
  readonly #pipeline: DialogueDependencies['pipeline'];
  readonly #hostname: string;
  readonly #mailRefusal: Reply | undefined;
  readonly #authentication: Authentication;
  readonly #lease: DialogueDependencies['lease'];
  readonly #offersTls: boolean;
  readonly #isSecure: () => boolean;
  readonly #handlers: ReadonlyMap<string, (argument: string) => Reply | Promise<Reply>>;
  #helo: string | undefined;
  #isExtended = false;
  #sender: { readonly mailFrom: string; readonly parameters: MailParameters } | undefined;
  /** By address with the domain in lower case: the same mailbox given twice is one recipient. */
  #recipients = new Map<string, Recipient>();
  /** The class of the first recipient, which is the class of the transaction. */
  #isRefused = false;
  #errors = 0;
  #messages = 0;

  constructor(dependencies: DialogueDependencies) {
    const { settings, pipeline, hostname, mailRefusal, authentication, lease, offersTls = false, isSecure } =
      dependencies;
    this.#authentication = authentication;
    this.#lease = lease;
    this.#offersTls = offersTls;
    this.#isSecure = isSecure;
    this.#settings = settings;
    this.#pipeline = pipeline;
    this.#hostname = hostname;
    this.#mailRefusal = mailRefusal;
    this.#handlers = new Map<string, (argument: string) => Reply | Promise<Reply>>([
      ['HELO', (argument: string) => this.#hello(argument, { extended: false })],
      ['EHLO', (argument: string) => this.#hello(argument, { extended: true })],
      ['AUTH', (argument: string) => this.#auth(argument)],
      ['MAIL', (argument: string) => this.#mail(argument)],
      ['RCPT', (argument: string) => this.#rcpt(argument)],
      ['DATA', (argument: string) => this.#data(argument)],
      ['RSET', () => this.#reset()],
      ['NOOP', () => REPLIES.ok],
      ['QUIT', () => REPLIES.bye],
      ['VRFY', () => REPLIES.cannotVerify],
      ['HELP', () => REPLIES.help],
      ['STARTTLS', (argument: string) => this.#startTls(argument)],
    ]);
  }

  /** The first reply (RFC 5321 section 4.2): the host name, then the protocol. */
  greet(): Reply {
    return toBareReply(220, `${this.#hostname} ESMTP mailchute`);
  }

  /** The HELO or EHLO argument; empty before. */
  get helo(): string {
    return this.#helo ?? '';
  }

  /** Whether EHLO was used. */
  get isExtended(): boolean {
    return this.#isExtended;
  }

  /** Whether MAIL was accepted and the transaction is not over. */
  get isInTransaction(): boolean {
    return this.#sender !== undefined;
  }

  /** The user who logged in. */
  get user(): string | undefined {
    return this.#authentication.user;
  }

  /** Authenticated, or inside the range where no authentication is configured. */
  get isTrusted(): boolean {
    return !this.#authentication.isConfigured || this.#authentication.user !== undefined;
  }

  /** RFC 3207 section 4.2: what the client said before the TLS handshake is forgotten; only the limits go on. */
  forget(): void {
    this.#helo = undefined;
    this.#isExtended = false;
    this.#endTransaction();
  }

  /** Answers one command line. */
  answer(line: Buffer): Reply | Promise<Reply> {
    if (isHttpRequest(line)) return this.#countErrors(REPLIES.httpRequest);
    const reply = this.#authentication.isPending ? this.#authentication.continue(line) : this.#dispatch(line);
    return reply instanceof Promise ? reply.then((settled) => this.#countErrors(settled)) : this.#countErrors(reply);
  }

  /** Answers a line that was too long to be read; `start` is how it begins. */
  answerTooLong(start: Buffer): Reply {
    this.#authentication.cancel();
    return this.#countErrors(isHttpRequest(start) ? REPLIES.httpRequest : REPLIES.lineTooLong);
  }

  /** Past the limit of refused commands the connection ends. */
  #countErrors(reply: Reply): Reply {
    if (reply.code < 500) return reply;
    this.#errors++;
    return this.#errors >= MAX_ERRORS && !reply.close ? REPLIES.tooManyErrors : reply;
  }

  /** Hands out the transaction whose content has just been read, and ends it. */
  takeTransaction(): Transaction {
    const { mailFrom, parameters } = this.#sender!;
    const recipients = [...this.#recipients.values()];
    const isRefused = this.#isRefused;
    this.#endTransaction();
    this.#messages++;
    this.#errors = 0;
    return { mailFrom, parameters, recipients, isRefused };
  }

  #dispatch(line: Buffer): Reply | Promise<Reply> {
    const text = decodeLine(line);
    if (text === undefined) return REPLIES.badCharacters;
    const { verb, argument }: Command = parseCommand(text);
    const handler = this.#handlers.get(verb);
    if (handler !== undefined) return handler(argument);
    return NOT_IMPLEMENTED.has(verb) ? REPLIES.notImplemented : REPLIES.unknownCommand;
  }

  #hello(argument: string, { extended }: { readonly extended: boolean }): Reply {
    if (argument === '' || argument.length > MAX_HELO || /[ \t]/.test(argument)) {
      return toBareReply(501, `Syntax: ${extended ? 'EHLO' : 'HELO'} hostname`);
    }
    this.#endTransaction(); // RFC 5321 section 4.1.4
    this.#helo = argument;
    this.#isExtended = extended;
    return toBareReply(250, this.#hostname, ...(extended ? this.#extensions() : []));
  }

  #extensions(): string[] {
    const { maxBytes, offerDsn } = this.#settings;
    const dsn = offerDsn ? ['DSN'] : [];
    const tls = this.#offersTls && !this.#isSecure() ? ['STARTTLS'] : [];
    const auth = this.#authentication.isConfigured && this.#isSecure() ? ['AUTH PLAIN LOGIN'] : [];
    return ['PIPELINING', `SIZE ${maxBytes}`, '8BITMIME', 'SMTPUTF8', ...dsn, ...tls, ...auth, 'ENHANCEDSTATUSCODES'];
  }

  #auth(argument: string): Reply | Promise<Reply> {
    if (this.#helo === undefined) return REPLIES.helloFirst;
    // RFC 4954 section 4: not during a mail transaction.
    if (this.#sender !== undefined) return REPLIES.mailTwice;
    return this.#authentication.start(argument, { isSecure: this.#isSecure() });
  }

  #mail(argument: string): Reply {
    if (this.#helo === undefined) return REPLIES.helloFirst;
    if (this.#mailRefusal !== undefined) return this.#mailRefusal;
    if (this.#sender !== undefined) return REPLIES.mailTwice;
    const { maxMessages, barePaths } = this.#settings;
    if (maxMessages > 0 && this.#messages >= maxMessages) return REPLIES.tooManyMessages;
    if (!this.#pipeline.admitsSender({ trusted: this.isTrusted })) return REPLIES.authenticationRequired;
    const parsed = parsePathArgument(argument, { keyword: 'FROM', bare: barePaths });
    if (!parsed.ok) return toPathFault(parsed.fault, 'MAIL FROM:<address>');
    const parameters = applyMailParameters(this.#offered(parsed.parameters), {
      ...this.#settings,
      offerAuth: this.#authentication.isConfigured,
    });
    if ('code' in parameters) return parameters;
    const sender = this.#pipeline.checkSender(parsed.path, { smtputf8: parameters.smtputf8 });
    if (!sender.ok) return toReply(553, '5.1.7', `Bad sender: ${sender.fault}`);
    // RFC 1870 section 6.1: as early as possible, though only DATA takes the room.
    if (!this.#lease.fits(parameters.size ?? 0)) return REPLIES.noRoom;
    this.#sender = { mailFrom: sender.address, parameters };
    return REPLIES.senderOk;
  }

  #rcpt(argument: string): Reply {
    if (this.#helo === undefined) return REPLIES.helloFirst;
    if (this.#sender === undefined) return REPLIES.mailFirst;
    const parsed = parsePathArgument(argument, { keyword: 'TO', bare: this.#settings.barePaths });
    if (!parsed.ok) return toPathFault(parsed.fault, 'RCPT TO:<address>');
    const { smtputf8, dsn } = this.#sender.parameters;
    const recipientDsn = toRecipientDsn(this.#offered(parsed.parameters), { offered: this.#settings.offerDsn, dsn });
    if (recipientDsn !== undefined && 'code' in recipientDsn) return recipientDsn;
    const checked = this.#pipeline.checkRecipient(parsed.path, { smtputf8 });
    if (!checked.ok) return toReply(553, '5.1.3', `Bad recipient: ${checked.fault}`);
    const admission = this.#pipeline.admitRecipient(checked.address, { trusted: this.isTrusted });
    if (admission === 'unauthenticated') return REPLIES.authenticationRequired;
    const isRefused = admission === 'refused';
    if (this.#recipients.size > 0 && isRefused !== this.#isRefused) return REPLIES.otherClass;
    this.#isRefused = isRefused;
    return this.#addRecipient(checked.address, recipientDsn);
  }

  #addRecipient(address: string, dsn: DsnParameters | undefined): Reply {
    const mailbox = toMailboxKey(address);
    if (this.#recipients.size >= this.#settings.maxRecipients && !this.#recipients.has(mailbox)) {
      return REPLIES.tooManyRecipients;
    }
    this.#recipients.set(mailbox, dsn === undefined ? { address } : { address, dsn });
    return REPLIES.recipientOk;
  }

  #data(argument: string): Reply | Promise<Reply> {
    if (argument !== '') return toReply(501, '5.5.4', 'Syntax: DATA');
    if (this.#helo === undefined) return REPLIES.helloFirst;
    if (this.#sender === undefined) return REPLIES.mailFirst;
    if (this.#recipients.size === 0) return REPLIES.recipientFirst;
    const granted = this.#lease.expect(this.#sender.parameters.size);
    return typeof granted === 'boolean' ? toStartReply(granted) : granted.then(toStartReply);
  }

  #startTls(argument: string): Reply {
    if (!this.#offersTls) return REPLIES.noTls;
    if (argument !== '') return toReply(501, '5.5.4', 'Syntax: STARTTLS');
    if (this.#isSecure()) return REPLIES.tlsTwice;
    return this.#sender === undefined ? REPLIES.startTls : REPLIES.tlsInTransaction;
  }

  #reset(): Reply {
    this.#endTransaction();
    return REPLIES.ok;
  }

  #endTransaction(): void {
    this.#sender = undefined;
    this.#isRefused = false;
    if (this.#recipients.size > 0) this.#recipients = new Map();
  }

  /** After HELO no extension was offered, so no parameter is known. */
  #offered(parameters: Parameters): Parameters | undefined {
    return this.#isExtended || parameters.size === 0 ? parameters : undefined;
  }
}

/** A web page can make a browser send such a line; nothing after it may be taken for a command. */
function isHttpRequest(line: Buffer): boolean {
  return HTTP_REQUEST.test(line.toString('latin1', 0, LONGEST_METHOD));
}

function toStartReply(hasRoom: boolean): Reply {
  return hasRoom ? REPLIES.startContent : REPLIES.noRoom;
}

function toPathFault(fault: 'syntax' | 'path' | 'parameter', syntax: string): Reply {
  if (fault === 'syntax') return toReply(501, '5.5.4', `Syntax: ${syntax}`);
  if (fault === 'parameter') return toReply(555, '5.5.4', 'Bad or repeated parameter');
  const status = syntax.startsWith('MAIL') ? '5.1.7' : '5.1.3';
  return toReply(553, status, `Bad address, syntax: ${syntax}`);
}
