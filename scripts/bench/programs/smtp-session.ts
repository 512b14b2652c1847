// One SMTP session of the load, as little as can be: fixed lines out, reply codes in.
import { connect, type Socket } from 'node:net';
import { performance } from 'node:perf_hooks';
import type { Buffer } from 'node:buffer';

/** What a session sends, over and over. */
export interface Mail {
  /** Commands before DATA, in one write where they are several. */
  readonly envelope: readonly string[];
  /** With the final dot. */
  readonly content: Buffer;
}

/** A reply with all its lines. */
interface Waiting {
  resolve(lines: readonly string[]): void;
  reject(error: Error): void;
  left: number;
}

/** What one message came to. */
export interface Accepted {
  readonly ids: readonly string[];
  /** From the write of the content to the last line of the reply. */
  readonly waitMs: number;
}

const SILENCE_MS = 60_000;

/** A session that has been greeted. */
export class SmtpSession {
  readonly #socket: Socket;
  #rest = '';
  #lines: string[] = [];
  #waiting: Waiting | undefined;
  #fault: Error | undefined;

  private constructor(port: number) {
    this.#socket = connect({ port, host: '127.0.0.1', noDelay: true });
    this.#socket.setTimeout(SILENCE_MS, () => this.#fail(new Error('no reply for a minute')));
    this.#socket.setEncoding('latin1');
    this.#socket.on('data', (text: string) => this.#read(text));
    this.#socket.on('error', (error) => this.#fail(error));
    this.#socket.on('close', () => this.#fail(new Error('the server closed the connection')));
  }

  static async open(port: number): Promise<SmtpSession> {
    const session = new SmtpSession(port);
    await session.#reply(1);
    await session.#say('EHLO client.example.com\r\n', 1);
    return session;
  }

  /** Sends the mail once; rejects at any reply that refuses something. */
  async send({ envelope, content }: Mail): Promise<Accepted> {
    await this.#say(envelope[0] ?? '', 1);
    if (envelope.length > 2) await this.#say(envelope.slice(1).join(''), envelope.length - 1);
    else await this.#say(envelope[1] ?? '', 1);
    await this.#say('DATA\r\n', 1);
    const start = performance.now();
    this.#socket.write(content);
    const lines = await this.#reply(1);
    const waitMs = performance.now() - start;
    return { waitMs, ids: lines.flatMap((line) => /^250[ -]2\.0\.0 (\w+) for /.exec(line)?.[1] ?? []) };
  }

  close(): void {
    this.#socket.destroy();
  }

  #say(text: string, replies: number): Promise<readonly string[]> {
    this.#socket.write(text, 'latin1');
    return this.#reply(replies);
  }

  #reply(left: number): Promise<readonly string[]> {
    return new Promise((resolve, reject) => {
      if (this.#fault !== undefined) return reject(this.#fault);
      this.#waiting = { resolve, reject, left };
    });
  }

  #read(text: string): void {
    const lines = (this.#rest + text).split('\r\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      this.#lines.push(line);
      if (line[3] === '-') continue;
      if (line[0] !== '2' && line[0] !== '3') return this.#fail(new Error(`refused: ${line}`));
      if (this.#waiting !== undefined && --this.#waiting.left === 0) this.#answer(this.#waiting);
    }
  }

  #answer({ resolve }: Waiting): void {
    const lines = this.#lines;
    this.#lines = [];
    this.#waiting = undefined;
    resolve(lines);
  }

  #fail(error: Error): void {
    this.#fault ??= error;
    this.#waiting?.reject(this.#fault);
    this.#socket.destroy();
  }
}
