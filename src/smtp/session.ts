// One SMTP session: the only file that knows the library's connection; it moves bytes between socket, dialogue and pipeline.

import { SMTPConnection } from 'smtp-server/lib/smtp-connection.js';
import type { SMTPConnectionOptions } from 'smtp-server/lib/smtp-connection.js';
import type { SMTPServer } from 'smtp-server';
import type { Socket } from 'node:net';
import type { Pipeline } from '../pipeline/ingest.ts';
import type { Submission } from '../pipeline/submission.ts';
import type { Log } from '../telemetry/log.ts';
import type { DataReader } from './data-reader.ts';
import { Dialogue, type DialogueSettings, type Transaction } from './dialogue.ts';
import { REPLIES, type Reply, toBareReply, toDispositionReply, toReplyText } from './reply.ts';
import { WireReader } from './wire-reader.ts';

/** What all sessions of a listener share. */
export interface SessionDependencies {
  readonly pipeline: Pipeline;
  readonly log: Log;
  /** The greeting name for the local address a client reached. */
  readonly greetingName: (localAddress: string) => string;
  readonly settings: DialogueSettings & {
    /** MailerQ: smtp-timeout; silence that ends a session. */
    readonly idleTimeoutMs: number;
    /** smtp-data-timeout; the whole DATA phase. */
    readonly dataTimeoutMs: number;
  };
}

/** One client's connection from greeting to close. */
export class Session extends SMTPConnection {
  readonly #dependencies: SessionDependencies;
  readonly #hostname: string;
  readonly #dialogue: Dialogue;
  /** Why the session may not go on after the transaction in flight. */
  #isDraining = false;
  /** The pipeline or a slow reader of replies holds the session; the client's silence is ours. */
  #isBusy = false;
  #dataTimer: NodeJS.Timeout | undefined;
  #replies = '';

  constructor(
    server: SMTPServer,
    socket: Socket,
    { connection, dependencies }: {
      readonly connection: SMTPConnectionOptions | null | undefined;
      readonly dependencies: SessionDependencies;
    },
  ) {
    super(server, socket, connection);
    this.#dependencies = dependencies;
    this.#hostname = dependencies.greetingName(this.localAddress);
    this.#dialogue = new Dialogue({ ...dependencies, hostname: this.#hostname });
  }

  /** Greets at once; `refusal` is said instead of the greeting and ends the session. */
  open(refusal: Reply | undefined): void {
    const { log } = this.#dependencies;
    this._setListeners(() => {
      if (refusal === undefined) log.emit('smtp.session.opened', this.#about());
      else log.emit('smtp.session.refused', { ...this.#about(), reply: toReplyText(refusal).trimEnd() });
      this.#write(refusal ?? this.#dialogue.greet());
      this.#flush();
    });
  }

  /** Ends the session when no transaction is in flight, else after it. */
  drain(): void {
    this.#isDraining = true;
    if (!this.#isBusy && !this.#dialogue.isInTransaction) this.#end(REPLIES.shuttingDown);
  }

  override _createParser(): WireReader {
    return new WireReader({
      onLine: (line) => this.#onLine(line),
      onLineTooLong: () => this.#reply(this.#dialogue.countError(REPLIES.lineTooLong)),
      onContent: (content) => this.#onContent(content),
      onIdle: () => this.#flush(),
      onEnd: () => this.close(),
    });
  }

  override _onTimeout(): void {
    if (this._closing) this._socket.destroy();
    else if (this.#isBusy) this._armTimeout();
    else this.#end(REPLIES.timeout);
  }

  override _onClose(): void {
    const { log } = this.#dependencies;
    clearTimeout(this.#dataTimer);
    if (!this._closed) {
      if (this.#dialogue.isInTransaction && !this.#isBusy) log.emit('smtp.transaction.broken', this.#about());
      log.emit('smtp.session.closed', this.#about());
    }
    super._onClose();
  }

  /** The library's own few replies (after a failed TLS upgrade) keep to our form. */
  override send(code: number, data?: string | string[] | null): void {
    const lines = Array.isArray(data) ? data : [data ?? ''];
    this.#end({ ...toBareReply(code, ...lines), enhancedStatus: code < 500 ? '4.3.0' : '5.5.1' });
  }

  #onLine(line: Buffer): void | Promise<void> {
    if (this.#isDraining && !this.#dialogue.isInTransaction) return this.#reply(REPLIES.shuttingDown);
    const reply = this.#dialogue.answer(line);
    if (reply.code >= 400) {
      this.#dependencies.log.emit('smtp.command.rejected', { ...this.#about(), reply: toReplyText(reply).trimEnd() });
    }
    if (reply.then === 'content') this.#startContent();
    return this.#reply(reply);
  }

  #startContent(): void {
    const { maxBytes, dataTimeoutMs } = this.#dependencies.settings;
    this.#reader?.readContent(maxBytes);
    this.#dataTimer = setTimeout(() => this.#end(REPLIES.dataTimeout), dataTimeoutMs);
  }

  get #reader(): WireReader | undefined {
    return this._parser instanceof WireReader ? this._parser : undefined;
  }

  async #onContent(content: DataReader): Promise<void> {
    clearTimeout(this.#dataTimer);
    const transaction = this.#dialogue.takeTransaction();
    if (content.isOversized) return this.#reply(REPLIES.tooLarge);
    this.#isBusy = true;
    const reply = await this.#ingest(transaction, content);
    this.#isBusy = false;
    this._armTimeout();
    await this.#reply(reply);
    if (this.#isDraining) this.#end(REPLIES.shuttingDown);
  }

  async #ingest(transaction: Transaction, content: DataReader): Promise<Reply> {
    const { pipeline, log } = this.#dependencies;
    try {
      return toDispositionReply(await pipeline.ingest(this.#toSubmission(transaction, content)));
    } catch (error) {
      log.emit('gateway.fault', { ...this.#about(), error: String(error), stack: (error as Error).stack });
      return REPLIES.internalError;
    }
  }

  #toSubmission({ mailFrom, recipients, parameters }: Transaction, content: DataReader): Submission {
    return {
      origin: {
        door: 'smtp',
        connection: {
          localIp: this.localAddress,
          localPort: this.localPort,
          remoteIp: this.remoteAddress,
          remotePort: this.remotePort,
          secure: this.secure,
        },
        helo: this.#dialogue.helo,
        protocol: this.#protocol(parameters.smtputf8),
      },
      trusted: true, // no authentication is configured, and the session is inside the range
      envelope: { mailFrom, rcptTo: recipients },
      content: content.takeContent(),
      hostname: this.#hostname,
      sessionId: this.id,
    };
  }

  /** RFC 3848 and RFC 6531 section 4.3. */
  #protocol(smtputf8: boolean): string {
    if (!this.#dialogue.isExtended) return 'SMTP';
    return (smtputf8 ? 'UTF8SMTP' : 'ESMTP') + (this.secure ? 'S' : '');
  }

  /** Queues a reply; the promise holds back further input while the client does not read what it was told. */
  #reply(reply: Reply): void | Promise<void> {
    this.#write(reply);
    if (!this._socket.writableNeedDrain || this._socket.destroyed) return;
    return new Promise((resolve) => {
      this._socket.once('drain', resolve);
      this._socket.once('close', () => resolve());
    });
  }

  #write(reply: Reply): void {
    this.#replies += toReplyText(reply);
    if (reply.close) this.#flush({ close: true });
  }

  /** Replies to pipelined commands leave in one write (RFC 2920 section 3.2). */
  #flush({ close = false }: { readonly close?: boolean } = {}): void {
    const replies = this.#replies;
    this.#replies = '';
    // While a TLS handshake runs, anything written would be cleartext in the middle of it.
    if (replies !== '' && !this._upgrading && this._socket.writable) this._socket.write(replies);
    if (close) this.close();
  }

  #end(reply: Reply): void {
    if (this._closing || this._closed) return;
    this.#write({ ...reply, close: true });
  }

  #about(): { session: string; remote: string; user?: string } {
    return { session: this.id, remote: this.remoteAddress };
  }
}
