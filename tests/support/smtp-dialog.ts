// Scripts of SMTP dialogues: a text file becomes steps, the steps run against a door.
//
//   # text            a comment; the first one is the name of the test
//   DOOR: {…}         options of the door, before the first step
//   OUTLET: fault     what the outlet answers to every record
//   C: line           the client sends a line; lines that stand together leave in one write
//   C-RAW: bytes      … bytes, with \r \n \t \\ and \xNN, and no line end of its own
//   C-FILL: n x       … n times the character, and no line end
//   C-TIMES: n line   … n times the line
//   C-END             the client closes its side
//   C-TLS             the client begins a TLS handshake, and goes on inside
//   S: prefix         the next line of the server starts so
//   S-TIMES: n prefix … n lines do
//   S-EOF             the server closes the connection, and has said nothing more
//   R: {…}            the next record has these properties; `mime` may stand for the text of the content
//   DO: drain         the door begins to drain
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { parseIpRanges } from '../../src/mail/ip-ranges.ts';
import type { PublishFault } from '../../src/queue/outlet.ts';
import { decodeMime } from './read-record.ts';
import { SmtpClient } from './smtp-client.ts';
import { type DoorOptions, type StartedDoor, withDoor } from './start-door.ts';
import { openTestAuthenticator, toLocalAddresses, UNAVAILABLE } from './test-logins.ts';
import { createTestTls, secureClient } from './test-tls.ts';

/** One line of a script that does something. */
interface Step {
  readonly action: string;
  readonly argument: string;
  /** Where in the file. */
  readonly line: number;
}

/** A parsed script. */
export interface Dialog {
  readonly name: string;
  readonly door: DoorOptions;
  readonly outletFault: PublishFault | undefined;
  readonly steps: readonly Step[];
}

const STEP = /^(C|C-RAW|C-FILL|C-TIMES|C-END|C-TLS|S|S-TIMES|S-EOF|R|DO):?(?: (.*))?$/;

/** Parses a script; throws at a line that means nothing. */
export function parseDialog(text: string): Dialog {
  let name = '';
  let door: DoorOptions = {};
  let outletFault: PublishFault | undefined;
  const steps: Step[] = [];
  for (const [index, source] of text.split('\n').entries()) {
    const step = STEP.exec(source);
    if (source.startsWith('#')) name ||= source.slice(1).trim();
    else if (source.startsWith('DOOR: ')) door = toDoorOptions(JSON.parse(source.slice(6)));
    else if (source.startsWith('OUTLET: ')) outletFault = source.slice(8).trim() as PublishFault;
    else if (step !== null) steps.push({ action: step[1] ?? '', argument: step[2] ?? '', line: index + 1 });
    else if (source.trim() !== '') throw new SyntaxError(`Line ${index + 1} means nothing: ${source}`);
  }
  return { name, door, outletFault, steps };
}

const LOGINS = { mailer: [], unavailable: [UNAVAILABLE] } as const;

/** What a script may say of the door beside its plain options. */
interface ScriptOptions extends Omit<DoorOptions, 'tls' | 'authenticator'> {
  /** False: the client is not in the range. */
  readonly allowed?: boolean;
  /** The client is a proxy; on the list of blocked addresses are these. */
  readonly proxy?: boolean;
  readonly blocked?: string;
  /** Whether the door has a certificate, and TLS from the first byte. */
  readonly tls?: 'starttls' | 'implicit';
  /** Who may log in: `mailer` with `secret`, or nobody can tell. */
  readonly login?: 'mailer' | 'unavailable';
  /** The lines of local-addresses. */
  readonly local?: string;
}

function toDoorOptions(script: ScriptOptions): DoorOptions {
  const { allowed = true, proxy = false, blocked, tls, login, local, ...options } = script;
  const { pipelineSettings } = options;
  const proxies = parseIpRanges(proxy ? '127.0.0.1' : '');
  return {
    ...options,
    isAllowed: () => allowed,
    rules: {
      proxies: proxies.ok ? proxies.value : [],
      isBlocked: (address) => address === blocked,
      ...options.rules,
    },
    ...(login !== undefined && { authenticator: (log) => openTestAuthenticator(log, LOGINS[login]) }),
    ...(local !== undefined && { pipelineSettings: { ...pipelineSettings, localAddresses: toLocalAddresses(local) } }),
    ...(tls !== undefined && { tls: createTestTls() }),
    ...(tls === 'implicit' && { ports: [], securePorts: [0] }),
  };
}

/** Runs a script against a door of its own. */
export async function runDialog({ door, outletFault, steps }: Dialog): Promise<void> {
  await withDoor(door, async (started) => {
    if (outletFault !== undefined) {
      started.outlet.result = () => ({ stored: false, fault: outletFault, detail: 'as the script says' });
    }
    const run = new DialogRun(started, await started.connect());
    for (const step of steps) await run.take(step);
    await run.finish();
    await started.empty();
  });
}

/** The state of a running script. */
class DialogRun {
  readonly #door: StartedDoor;
  #client: SmtpClient;
  #outgoing: Buffer[] = [];
  #records = 0;
  #isOver = false;

  constructor(door: StartedDoor, client: SmtpClient) {
    this.#door = door;
    this.#client = client;
  }

  async take({ action, argument, line }: Step): Promise<void> {
    const where = `line ${line}: ${action} ${argument}`;
    if (action === 'C-TLS') return await this.#secure(where);
    if (action.startsWith('C')) return this.#collect(action, argument);
    this.#sendCollected();
    if (action === 'DO') void this.#door.door.drain();
    else if (action === 'R') this.#compareRecord(JSON.parse(argument), where);
    else if (action === 'S-EOF') {
      assert.equal(await this.#client.rest(), '', where);
      this.#isOver = true;
    } else {
      const [count, prefix] = action === 'S-TIMES' ? splitCount(argument) : [1, argument];
      for (let number = 0; number < count; number++) await this.#expectLine(prefix, where);
    }
  }

  /** What nobody asked for must not have been said. */
  async finish(): Promise<void> {
    this.#sendCollected();
    if (!this.#isOver) this.#client.end();
    assert.equal(await this.#client.rest(), '', 'said at the end');
    assert.equal(this.#door.outlet.records.length, this.#records, 'records that no R: line names');
  }

  #collect(action: string, argument: string): void {
    if (action === 'C') this.#outgoing.push(Buffer.from(`${argument}\r\n`));
    if (action === 'C-RAW') this.#outgoing.push(unescape(argument));
    const [count, text] = action === 'C-FILL' || action === 'C-TIMES' ? splitCount(argument) : [0, ''];
    if (count > 0) this.#outgoing.push(Buffer.from((action === 'C-FILL' ? text : `${text}\r\n`).repeat(count)));
    if (action !== 'C-END') return;
    this.#sendCollected();
    this.#client.end();
  }

  /** What was sent before is in the clear; the server's bytes in the clear must all have been expected. */
  async #secure(where: string): Promise<void> {
    this.#sendCollected();
    assert.equal(this.#client.unread, '', where);
    this.#client = await secureClient(this.#client);
  }

  #sendCollected(): void {
    if (this.#outgoing.length > 0) this.#client.sendBytes(Buffer.concat(this.#outgoing));
    this.#outgoing = [];
  }

  async #expectLine(prefix: string, where: string): Promise<void> {
    const line = await this.#client.line();
    assert.ok(line.startsWith(prefix), `${where}, but the server said: ${line}`);
  }

  #compareRecord(expected: Record<string, unknown>, where: string): void {
    const record = this.#door.outlet.parsed()[this.#records++];
    assert.ok(record !== undefined, `${where}, but there is no such record`);
    const found: Record<string, unknown> = { ...record, mime: decodeMime(record).toString('latin1') };
    for (const [name, value] of Object.entries(expected)) assert.deepEqual(found[name] ?? null, value, where);
  }
}

function splitCount(argument: string): [number, string] {
  const blank = argument.indexOf(' ');
  return [Number(argument.slice(0, blank)), argument.slice(blank + 1)];
}

const ESCAPES: Readonly<Record<string, string>> = { r: '\r', n: '\n', t: '\t', '\\': '\\' };

function unescape(text: string): Buffer {
  const latin1 = text.replace(/\\(?:x([0-9a-f]{2})|([rnt\\]))/gi, (_match, hex, letter) => {
    return hex === undefined ? ESCAPES[letter] ?? '' : String.fromCharCode(parseInt(hex, 16));
  });
  return Buffer.from(latin1, 'latin1');
}
