// One SMTP session: the only file that knows the library's connection; it moves bytes between socket, dialogue and pipeline.

import { SMTPConnection } from 'smtp-server/lib/smtp-connection.js';
import type { SMTPServer } from 'smtp-server';
import type { Socket } from 'node:net';
import { ContentLease } from '../net/content-lease.ts';
import { type Client, CLIENT_GONE } from '../net/client.ts';
import { startServerHandshake, type TlsFacts } from '../net/server-handshake.ts';
import type { EventFields } from '../telemetry/log.ts';
import { admitContent, refuseContent } from './admit-content.ts';
import { Authentication } from './authentication.ts';
import type { DataReader } from './data-reader.ts';
import { Dialogue, type Transaction } from './dialogue.ts';
import { type SessionEnd, toRejectionReason, toSessionEnd } from './rejection-reason.ts';
import {
  closing,
  REPLIES,
  type Reply,
  SESSION_REFUSALS,
  type SessionRefusal,
  toBareReply,
  toDispositionReply,
  toReplyText,
} from './reply.ts';
import type { SessionDependencies, SessionOptions } from './session-dependencies.ts';
import { toSubmission } from './to-submission.ts';
import { whenWritable } from './when-writable.ts';
import { WireReader } from './wire-reader.ts';

// Replies to pipelined commands leave together up to this many characters; then the client has to read some of them.
const MAX_HELD_REPLIES = 16_384;

/** One client's connection from greeting to close. */
export class Session extends SMTPConnection {
  readonly #dependencies: SessionDependencies;
  readonly #client: Client | undefined;
  readonly #hostname: string;
  readonly #dialogue: Dialogue;
  readonly #isImplicitTls: boolean;
  #tls: TlsFacts | undefined;
  /** The session may not go on after the transaction in flight. */
  #isDraining = false;
  /** Why the session is over; undefined while it is not, and when it is the client who has gone. */
  #ending: SessionEnd | undefined;
  /** The pipeline has the message; the client is silent because it waits for us. */
  #isBusy = false;
  #dataTimer: NodeJS.Timeout | undefined;
  #greetingTimer: NodeJS.Timeout | undefined;
  /** Aborts when the client is gone. */
  readonly #gone = new AbortController();
  readonly #lease: ContentLease;
  #replies = '';

  constructor(server: SMTPServer, socket: Socket, options: SessionOptions) {
    const { id, client, mailRefusal, isImplicitTls = false, dependencies } = options;
    super(server, socket, { id });
    this.#client = client;
    this.#isImplicitTls = isImplicitTls;
    if (client !== undefined) {
      this.remoteAddress = client.remoteAddress;
      this.remotePort = client.remotePort;
      this.localAddress = client.localAddress;
      this.localPort = client.localPort;
    }
    // A socket's errors end in its close event, which is logged; without a listener they would end the process.
    this.on('error', () => {});
    this.#dependencies = dependencies;
    this.#hostname = dependencies.greetingName(this.localAddress);
    const { authenticator, room, contentWeight: weight, settings: { maxBytes } } = dependencies;
    this.#lease = new ContentLease({ room, weight, maxBytes, wait: this.#gone.signal });
    this.#dialogue = new Dialogue({
      ...dependencies,
      hostname: this.#hostname,
      mailRefusal,
      lease: this.#lease,
      offersTls: dependencies.tls !== undefined,
      isSecure: () => this.#tls !== undefined,
      authentication: new Authentication({
        authenticator,
        session: this.id,
        remoteIp: this.remoteAddress,
        signal: this.#gone.signal,
      }),
    });
  }

  /** Greets, or refuses instead and ends the session; behind the TLS handshake where that comes first. */
  open(refusal: SessionRefusal | undefined): void {
    if (!this.#isImplicitTls) return this.#begin(refusal);
    this._socket.once('close', () => this._onClose());
    this.#secure(() => this.#begin(refusal));
  }

  #begin(refusal: SessionRefusal | undefined): void {
    // A proxy that speaks for itself is neither a stranger nor patient.
    const delayMs = this.#client?.kind === 'local' ? 0 : this.#dependencies.settings.greetingDelayMs;
    const isDelayed = refusal === undefined && delayMs > 0;
    if (isDelayed) this.#delayGreeting(delayMs);
    this._setListeners(() => {});
    if (refusal !== undefined) this.#refuse(refusal);
    else if (!isDelayed) this.#greet();
  }

  /** Its listener has to be there before the parser's, which would answer the client. */
  #delayGreeting(delayMs: number): void {
    const onEarlyData = () => {
      clearTimeout(this.#greetingTimer);
      if (!this._closing) this.#refuse('early-talker');
    };
    this._socket.once('data', onEarlyData);
    this.#greetingTimer = setTimeout(() => {
      this._socket.removeListener('data', onEarlyData);
      if (!this._closing) this.#greet();
    }, delayMs);
  }

  #greet(): void {
    this.#dependencies.log.emit('smtp.session.opened', { ...this.#about(), ...this.#aboutProxy() });
    this.#write(this.#dialogue.greet());
    this.#flush();
  }

  #refuse(reason: SessionRefusal): void {
    const reply = SESSION_REFUSALS[reason];
    const fields = { ...this.#about(), ...this.#aboutProxy(), reason, reply: toReplyText(reply).trimEnd() };
    this.#dependencies.log.emit('smtp.session.refused', fields);
    this.#write(reply);
  }

  /** Ends the session when no transaction is in flight, else after it. */
  drain(): void {
    this.#isDraining = true;
    if (!this.#isBusy && !this.#dialogue.isInTransaction) this.#end(REPLIES.shuttingDown);
  }

  override _createParser(): WireReader {
    return new WireReader({
      onLine: (line) => this.#onCommand(() => this.#dialogue.answer(line)),
      onLineTooLong: (start) => this.#onCommand(() => this.#dialogue.answerTooLong(start)),
      onContent: (content) => this.#onContent(content),
      onMoreContent: (content) => this.#onMoreContent(content),
      onIdle: () => this.#flush(),
      onEnd: () => this.close(),
    });
  }

  /** Cuts the connection. */
  cut(): void {
    if (this.#isDraining) this.#ending ??= 'draining';
    this._socket.destroy();
  }

  override close(): void {
    if (this._upgrading) this.cut(); // half a handshake has no polite end
    super.close();
  }

  override _onTimeout(): void {
    if (this._closing) this._socket.destroy();
    else if (this.#isBusy) this._armTimeout();
    else this.#end(REPLIES.timeout);
  }

  override _onClose(): void {
    const { log } = this.#dependencies;
    clearTimeout(this.#dataTimer);
    clearTimeout(this.#greetingTimer);
    this.#gone.abort(CLIENT_GONE);
    if (!this.#isBusy) this.#lease.release();
    if (!this._closed) {
      const fields = { ...this.#about(), reason: this.#ending ?? 'client' };
      if (this.#dialogue.isInTransaction && !this.#isBusy) log.emit('smtp.transaction.broken', fields);
      log.emit('smtp.session.closed', fields);
    }
    super._onClose();
  }

  /** The library's own few replies (after a failed TLS upgrade) keep to our form. */
  override send(code: number, data?: string | string[] | null): void {
    const lines = Array.isArray(data) ? data : [data ?? ''];
    this.#end({ ...toBareReply(code, ...lines), enhancedStatus: code < 500 ? '4.3.0' : '5.5.1' });
  }

  /** The boundary of command dispatch: a bug costs the client one reply, not the gateway its life. */
  #onCommand(answer: () => Reply | Promise<Reply>): void | Promise<void> {
    let reply: Reply | Promise<Reply>;
    try {
      reply = answer();
    } catch (error) {
      reply = this.#toInternalError(error);
    }
    return reply instanceof Promise ? this.#awaitReply(reply) : this.#answer(reply);
  }

  async #awaitReply(pending: Promise<Reply>): Promise<void> {
    this.#isBusy = true;
    const reply = await pending.catch((error: unknown) => this.#toInternalError(error));
    this.#isBusy = false;
    if (this._closed) this.#lease.release();
    else await this.#answer(reply);
  }

  #answer(reply: Reply): void | Promise<void> {
    if (reply.code >= 400) this.#reportRejected(reply);
    if (reply.then === 'starttls') return this.#startTls(reply);
    if (reply.then === 'content') this.#startContent();
    return this.#reply(reply);
  }

  /**
   * RFC 3207: the reply in the clear, then the handshake, then a session that remembers nothing. Whatever the client
   * sent behind the command was not protected and is dropped, lest somebody on the way put it there.
   */
  #startTls(reply: Reply): void {
    const { _socket: socket, _parser: reader } = this;
    if (!reader) return;
    socket.unpipe(reader);
    reader.isClosed = true;
    this._parser = this._createParser();
    while (socket.read() !== null);
    const replies = this.#replies + toReplyText(reply);
    this.#replies = '';
    this._upgrading = true;
    socket.write(replies, () =>
      this.#secure(() => {
        this.#dialogue.forget();
        this._setListeners(() => {});
      }));
  }

  /** Puts TLS between the socket and the session; a client that cannot do that is gone, and `goOn` is not called. */
  #secure(goOn: () => void): void {
    const { tls, log } = this.#dependencies;
    if (tls === undefined || this._socket.destroyed) return;
    this._upgrading = true;
    this._socket.setTimeout(0);
    this._socket = startServerHandshake(this._socket, {
      context: tls.certificate.context,
      timeoutMs: tls.handshakeTimeoutMs,
      onSettled: (result) => {
        if (this._closing || this._closed) return;
        if (!result.ok) {
          this.#ending = 'tls-failed';
          log.emit('smtp.tls.failed', { ...this.#about(), reason: result.reason, detail: result.detail });
          return;
        }
        log.emit('smtp.tls.started', { ...this.#about(), ...result.facts });
        this._upgrading = false;
        this.secure = true;
        this.#tls = result.facts;
        goOn();
      },
    });
  }

  #reportRejected(reply: Reply): void {
    const fields = { ...this.#about(), reason: toRejectionReason(reply), reply: toReplyText(reply).trimEnd() };
    this.#dependencies.log.emit('smtp.command.rejected', fields);
  }

  #startContent(): void {
    const { maxBytes, dataTimeoutMs } = this.#dependencies.settings;
    if (this._parser instanceof WireReader) this._parser.readContent(maxBytes);
    this.#dataTimer = setTimeout(() => this.#end(REPLIES.dataTimeout), dataTimeoutMs);
  }

  async #onContent(content: DataReader): Promise<void> {
    clearTimeout(this.#dataTimer);
    const transaction = this.#dialogue.takeTransaction();
    const refusal = refuseContent(content, this.#lease);
    if (refusal !== undefined) {
      const { reply, ...why } = refusal;
      this.#reportRejected(reply);
      this.#dependencies.messageCounts?.refused('smtp', { ...why, recipients: transaction.recipients.length });
      return this.#reply(reply);
    }
    this.#isBusy = true;
    const reply = await this.#ingest(transaction, content).finally(() => this.#lease.release());
    this.#isBusy = false;
    await this.#reply(reply);
  }

  #onMoreContent(content: DataReader): void | Promise<void> {
    const admitted = admitContent(content, this.#lease);
    if (admitted !== undefined) this._socket.setTimeout(0); // the silence is ours
    return admitted?.then(() => this._armTimeout());
  }

  async #ingest(transaction: Transaction, content: DataReader): Promise<Reply> {
    try {
      const submission = toSubmission(transaction, {
        sessionId: this.id,
        hostname: this.#hostname,
        ends: this,
        dialogue: this.#dialogue,
        tls: this.#tls,
        content: content.takeContent(),
        lease: this.#lease,
      });
      return toDispositionReply(await this.#dependencies.pipeline.ingest(submission));
    } catch (error) {
      return this.#toInternalError(error);
    }
  }

  #toInternalError(error: unknown): Reply {
    const stack = error instanceof Error ? error.stack : undefined;
    this.#dependencies.log.emit('gateway.fault', { ...this.#about(), error: String(error), stack });
    return REPLIES.internalError;
  }

  /** Queues a reply; the promise holds back further input while the client does not read what it was told. */
  #reply(reply: Reply): void | Promise<void> {
    this.#write(reply);
    if (this.#isDraining && !this.#dialogue.isInTransaction) this.#end(REPLIES.shuttingDown);
    if (this.#replies.length >= MAX_HELD_REPLIES) this.#flush();
    return whenWritable(this._socket);
  }

  #write(reply: Reply): void {
    this.#replies += toReplyText(reply);
    if (!reply.close) return;
    this.#ending ??= toSessionEnd(reply);
    this.#flush({ close: true });
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
    this.#write(reply.close ? reply : closing(reply));
  }

  #about(): { session: string; remote: string; user?: string } {
    const user = this.#dialogue.user;
    return { session: this.id, remote: this.remoteAddress, ...(user === undefined ? {} : { user }) };
  }

  #aboutProxy(): EventFields {
    const { peer: proxy, version: proxyVersion, ...facts } = this.#client?.proxy ?? {};
    return proxy === undefined ? {} : { proxy, proxyVersion, ...facts };
  }
}
