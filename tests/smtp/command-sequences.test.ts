// Every order of commands up to four against a model of the protocol: one by one without a socket, and pipelined over one.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { Authentication } from '../../src/smtp/authentication.ts';
import { Dialogue } from '../../src/smtp/dialogue.ts';
import type { Reply } from '../../src/smtp/reply.ts';
import { withDoor } from '../support/start-door.ts';
import { openTestAuthenticator, toPlainResponse } from '../support/test-logins.ts';
import { createRecordingLog } from '../support/recording-log.ts';
import { ampleLease } from '../support/rooms.ts';

const LINES = {
  HELO: 'HELO client.example.com',
  EHLO: 'EHLO client.example.com',
  STARTTLS: 'STARTTLS',
  AUTH: `AUTH PLAIN ${toPlainResponse()}`,
  'bad AUTH': `AUTH PLAIN ${toPlainResponse({ username: 'mailer', password: 'wrong' })}`,
  MAIL: 'MAIL FROM:<a@example.com>',
  RCPT: 'RCPT TO:<b@example.com>',
  'bad RCPT': 'RCPT TO:<b@@example.com>',
  DATA: 'DATA',
  RSET: 'RSET',
  NOOP: 'NOOP',
  VRFY: 'VRFY b',
  QUIT: 'QUIT',
  XYZZY: 'XYZZY',
} as const;

type Verb = keyof typeof LINES;

/** What the door can do. */
interface Offer {
  readonly tls: boolean;
  readonly auth: boolean;
}

/** RFC 5321 section 4.1.4, RFC 3207 and RFC 4954, as little of them as tells the next code. */
class Model {
  readonly #offer: Offer;
  #hasHello = false;
  #isSecure = false;
  #isLoggedIn = false;
  #transaction: 'none' | 'sender' | 'recipient' = 'none';
  isOver = false;
  /** Messages that must have been taken. */
  messages = 0;

  constructor(offer: Offer) {
    this.#offer = offer;
  }

  /** The code of the reply; DATA goes on with content when it is 354. */
  take(verb: Verb): number {
    if (verb === 'HELO' || verb === 'EHLO') return this.#begin(250, { hasHello: true });
    if (verb === 'NOOP') return 250;
    if (verb === 'VRFY') return 252;
    if (verb === 'XYZZY') return 500;
    if (verb === 'RSET') return this.#begin(250, { hasHello: this.#hasHello });
    if (verb === 'QUIT') this.isOver = true;
    if (verb === 'QUIT') return 221;
    if (verb === 'STARTTLS') return this.#startTls();
    if (!this.#hasHello) return 503;
    if (verb === 'AUTH' || verb === 'bad AUTH') return this.#logIn(verb);
    return this.#transact(verb);
  }

  #begin(code: number, { hasHello }: { readonly hasHello: boolean }): number {
    this.#hasHello = hasHello;
    this.#transaction = 'none';
    return code;
  }

  #startTls(): number {
    if (!this.#offer.tls) return 454;
    if (this.#isSecure || this.#transaction !== 'none') return 503;
    this.#isSecure = true;
    return this.#begin(220, { hasHello: false });
  }

  #logIn(verb: 'AUTH' | 'bad AUTH'): number {
    if (this.#transaction !== 'none') return 503;
    if (!this.#offer.auth) return 502;
    if (!this.#isSecure) return 530;
    if (this.#isLoggedIn) return 503;
    this.#isLoggedIn = verb === 'AUTH';
    return this.#isLoggedIn ? 235 : 535;
  }

  #transact(verb: 'MAIL' | 'RCPT' | 'bad RCPT' | 'DATA'): number {
    if (verb === 'MAIL' && this.#transaction !== 'none') return 503;
    if (verb === 'MAIL' && this.#offer.auth && !this.#isLoggedIn) return 530;
    if (verb !== 'MAIL' && this.#transaction === 'none') return 503;
    if (verb === 'bad RCPT') return 553;
    if (verb === 'MAIL') this.#transaction = 'sender';
    if (verb === 'RCPT') this.#transaction = 'recipient';
    if (verb !== 'DATA') return 250;
    if (this.#transaction !== 'recipient') return 503;
    this.messages++;
    return this.#begin(354, { hasHello: true });
  }
}

function* sequences(verbs: readonly Verb[], length: number): Generator<readonly Verb[]> {
  if (length === 0) yield [];
  else for (const start of sequences(verbs, length - 1)) for (const verb of verbs) yield [...start, verb];
}

/** Sequences of three from where content may come and from where somebody has logged in. */
function* furtherSequences(verbs: readonly Verb[]): Generator<readonly Verb[]> {
  for (const way of WAYS) for (const sequence of sequences(verbs, 3)) yield [...way, ...sequence];
}

const WAYS: readonly (readonly Verb[])[] = [
  ['EHLO', 'MAIL', 'RCPT'],
  ['STARTTLS', 'EHLO', 'AUTH'],
  ['STARTTLS', 'EHLO', 'AUTH', 'MAIL', 'RCPT'],
];

const VERBS = Object.keys(LINES) as Verb[];
const OFFERS: readonly Offer[] = [{ tls: false, auth: false }, { tls: true, auth: false }, { tls: true, auth: true }];
const toName = ({ tls, auth }: Offer) => [tls ? 'TLS' : 'no TLS', auth ? 'logins' : 'no logins'].join(' and ');

/** A dialogue whose TLS is up as soon as it was asked for. */
function createDialogue(offer: Offer, authentication: Authentication): { answer: (line: string) => Promise<Reply> } {
  let isSecure = false;
  const dialogue = new Dialogue({
    settings: { maxBytes: 1000, maxRecipients: 10, maxMessages: 0, offerDsn: true, barePaths: false },
    pipeline: {
      checkSender: (address) => ({ ok: true, address }),
      checkRecipient: (address) => address.includes('@@') ? { ok: false, fault: 'bad' } : { ok: true, address },
      admitsSender: ({ trusted }) => trusted,
      admitRecipient: () => 'accepted',
    },
    authentication,
    lease: ampleLease(),
    offersTls: offer.tls,
    isSecure: () => isSecure,
    hostname: 'mx.example.com',
  });
  return {
    async answer(line) {
      const reply = await dialogue.answer(Buffer.from(line));
      if (reply.then === 'content') dialogue.takeTransaction();
      if (reply.then !== 'starttls') return reply;
      isSecure = true;
      dialogue.forget();
      return reply;
    },
  };
}

for (const offer of OFFERS) {
  test(`All sequences of four commands get the codes of the model, where there is ${toName(offer)}`, async () => {
    const authenticator = offer.auth ? await openTestAuthenticator(createRecordingLog()) : undefined;
    const options = { authenticator, session: 's1', remoteIp: '192.0.2.1', signal: new AbortController().signal };
    for (const sequence of [...sequences(VERBS, 4), ...furtherSequences(VERBS)]) {
      const model = new Model(offer);
      const dialogue = createDialogue(offer, new Authentication(options));
      for (const verb of sequence) {
        if (model.isOver) break;
        const expected = model.take(verb);
        const { code, close } = await dialogue.answer(LINES[verb]);
        if (code !== expected) assert.equal(code, expected, sequence.join(', '));
        if (close !== model.isOver) assert.equal(close, model.isOver, sequence.join(', '));
      }
    }
  });
}

// VRFY and NOOP differ from others in nothing but their code, and a second way of being unknown adds nothing.
const PIPELINED = VERBS.filter((verb) => verb !== 'VRFY' && verb !== 'NOOP' && verb !== 'bad AUTH');
const AT_ONCE = 32;

/** What a client sends at once that trusts the model, and the codes it waits for. */
function toPipeline(sequence: readonly Verb[], model: Model): { bytes: Buffer; codes: number[] } {
  let text = '';
  const codes: number[] = [];
  for (const verb of [...sequence, 'QUIT'] as const) {
    const isOver = model.isOver;
    const code = isOver ? 0 : model.take(verb);
    text += `${LINES[verb]}\r\n${code === 354 ? 'Subject: x\r\n\r\n.\r\n' : ''}`;
    if (!isOver) codes.push(code, ...(code === 354 ? [250] : []));
  }
  return { bytes: Buffer.from(text), codes };
}

test('All sequences of three commands sent in one piece get the same codes in the same order', async () => {
  await withDoor({}, async ({ connect, outlet, empty, log }) => {
    const converse = async (sequence: readonly Verb[]): Promise<number> => {
      const model = new Model({ tls: false, auth: false });
      const { bytes, codes } = toPipeline(sequence, model);
      const client = await connect();
      client.sendBytes(bytes);
      const said = (await client.rest()).split('\r\n').filter((line) => /^\d{3} /.test(line));
      assert.deepEqual(said.map((line) => Number(line.slice(0, 3))), [220, ...codes], sequence.join(', '));
      client.close();
      return model.messages;
    };
    let messages = 0;
    const all = [...sequences(PIPELINED, 3), ...furtherSequences(PIPELINED)];
    for (let start = 0; start < all.length; start += AT_ONCE) {
      const taken = await Promise.all(all.slice(start, start + AT_ONCE).map(converse));
      messages += taken.reduce((sum, count) => sum + count, 0);
    }
    await empty();
    assert.ok(messages > 100);
    assert.equal(outlet.records.length, messages);
    assert.equal(log.events.filter(({ event }) => event === 'gateway.fault').length, 0);
  });
});
