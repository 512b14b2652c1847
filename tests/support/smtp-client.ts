// A client of raw SMTP lines for tests; every wait has a deadline, so that a silent server fails a test and never hangs it.
import { Buffer } from 'node:buffer';
import { connect, type Socket } from 'node:net';

const DEADLINE_MS = 5000;

/** One connection to a door. */
export class SmtpClient {
  readonly socket: Socket;
  readonly #chunks: Buffer[] = [];
  #received = Buffer.alloc(0);
  #isEnded = false;
  #isClosed = false;
  #error: Error | undefined;
  #wake = () => {};

  constructor(socket: Socket) {
    this.socket = socket;
    socket.on('data', (chunk: Buffer) => {
      this.#received = Buffer.concat([this.#received, chunk]);
      this.#chunks.push(chunk);
      this.#wake();
    });
    socket.on('connect', () => this.#wake());
    socket.on('end', () => {
      this.#isEnded = true;
      this.#wake();
    });
    socket.on('error', (error) => {
      this.#error = error;
      this.#wake();
    });
    socket.on('close', () => {
      this.#isEnded = true;
      this.#isClosed = true;
      this.#wake();
    });
  }

  /** Connects; resolves when the connection stands, before any greeting. */
  static async connect(port: number, host = '127.0.0.1'): Promise<SmtpClient> {
    const client = new SmtpClient(connect({ port, host }));
    client.socket.setNoDelay(true);
    await client.#until(() => !client.socket.connecting, 'a connection');
    if (client.#error !== undefined) throw client.#error;
    return client;
  }

  /** What came in each read, for tests that care how replies were sent. */
  get chunks(): readonly string[] {
    return this.#chunks.map((chunk) => chunk.toString('utf8'));
  }

  /** What came and was not taken yet. */
  get unread(): string {
    return this.#received.toString('utf8');
  }

  /** Whether nothing more can come. */
  get isEnded(): boolean {
    return this.#isEnded;
  }

  /** Sends lines, each with CRLF, in one write. */
  send(...lines: readonly string[]): void {
    this.sendBytes(Buffer.from(lines.map((line) => `${line}\r\n`).join('')));
  }

  /** Sends bytes as they are. */
  sendBytes(bytes: Uint8Array): void {
    this.socket.write(bytes);
  }

  /** The next reply, all its lines, each without its CRLF. */
  async reply(): Promise<string[]> {
    const lines: string[] = [];
    do lines.push(await this.line()); while (lines.at(-1)?.[3] === '-');
    return lines;
  }

  /** Sends lines and returns the text of the one reply. */
  async ask(...lines: readonly string[]): Promise<string> {
    this.send(...lines);
    return (await this.reply()).join('\n');
  }

  /** The next line without its CRLF. */
  async line(): Promise<string> {
    await this.#until(() => this.#received.includes('\r\n') || this.#isEnded, 'a line');
    const end = this.#received.indexOf('\r\n');
    if (end < 0) throw new Error(`Connection ended, unread: ${JSON.stringify(this.unread)}`, { cause: this.#error });
    const line = this.#received.toString('utf8', 0, end);
    this.#received = this.#received.subarray(end + 2);
    return line;
  }

  /** Everything up to the end of the connection. */
  async rest(): Promise<string> {
    await this.#until(() => this.#isEnded, 'the end of the connection');
    return this.unread;
  }

  /** Resolves when the socket is closed in both directions. */
  closed(): Promise<void> {
    return this.#until(() => this.#isClosed, 'the close of the connection');
  }

  /** Says that nothing more will be sent; replies still come. */
  end(): void {
    this.socket.end();
  }

  /** Lets go of the connection, properly. */
  close(): void {
    this.socket.destroy();
  }

  /** Breaks the connection with a TCP reset. */
  reset(): void {
    this.socket.resetAndDestroy();
  }

  async #until(condition: () => boolean, what: string): Promise<void> {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const deadline = new Promise<never>((_, reject) => {
      timer = setTimeout(() => {
        reject(new Error(`${DEADLINE_MS} ms without ${what}, unread: ${JSON.stringify(this.unread)}`));
      }, DEADLINE_MS);
    });
    try {
      while (!condition()) {
        if (this.#error !== undefined && this.#isClosed) throw this.#error;
        await Promise.race([new Promise<void>((resolve) => (this.#wake = resolve)), deadline]);
      }
    } finally {
      clearTimeout(timer);
    }
  }
}
