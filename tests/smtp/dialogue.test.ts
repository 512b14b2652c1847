// The state machine of one session, without a socket: order of commands, counters, and what a transaction holds.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { parseAddress } from '../../src/mail/address.ts';
import { Authentication } from '../../src/smtp/authentication.ts';
import { Dialogue, type DialogueSettings } from '../../src/smtp/dialogue.ts';
import { type Reply, toReplyText } from '../../src/smtp/reply.ts';
import { ampleLease } from '../support/rooms.ts';

function createDialogue(settings: Partial<DialogueSettings> = {}): Dialogue {
  const policy = settings.barePaths ? 'loose' : 'strict';
  return new Dialogue({
    settings: { maxBytes: 1000, maxRecipients: 3, maxMessages: 0, offerDsn: true, barePaths: false, ...settings },
    pipeline: {
      checkSender: (address, { smtputf8 }) => parseAddress(address, { policy, smtputf8, allow: 'sender' }),
      checkRecipient: (address, { smtputf8 }) => parseAddress(address, { policy, smtputf8, allow: 'recipient' }),
      admitsSender: () => true,
      admitRecipient: () => 'accepted',
    },
    authentication: new Authentication({
      authenticator: undefined,
      session: 's1',
      remoteIp: '192.0.2.1',
      signal: new AbortController().signal,
    }),
    lease: ampleLease(),
    isSecure: () => false,
    hostname: 'mx.example.com',
  });
}

const toStatus = ({ code, enhancedStatus, close }: Reply) =>
  `${code}${enhancedStatus === undefined ? '' : ` ${enhancedStatus}`}${close ? ' close' : ''}`;

/** Without authentication every answer is there at once. */
function answer(dialogue: Dialogue, line: string | Buffer): Reply {
  const reply = dialogue.answer(Buffer.from(line));
  assert.ok(!(reply instanceof Promise));
  return reply;
}

const run = (dialogue: Dialogue, lines: readonly string[]) => lines.map((line) => toStatus(answer(dialogue, line)));

interface Script {
  readonly name: string;
  readonly settings?: Partial<DialogueSettings>;
  /** Lines and the status of their replies. */
  readonly steps: readonly (readonly [line: string, status: string])[];
}

const MAIL = 'MAIL FROM:<a@example.com>';
const RCPT = 'RCPT TO:<b@example.com>';

const scripts: readonly Script[] = [
  {
    name: 'the whole of a transaction',
    steps: [
      ['EHLO c.example', '250'],
      [MAIL, '250 2.1.0'],
      [RCPT, '250 2.1.5'],
      ['DATA', '354'],
    ],
  },
  {
    name: 'commands before HELO',
    steps: [
      [MAIL, '503 5.5.1'],
      [RCPT, '503 5.5.1'],
      ['DATA', '503 5.5.1'],
      ['NOOP', '250 2.0.0'],
      ['RSET', '250 2.0.0'],
      ['HELP', '214 2.0.0'],
      ['VRFY a', '252 2.5.0'],
      ['STARTTLS', '454 4.7.0'],
      ['QUIT', '221 2.0.0 close'],
    ],
  },
  {
    name: 'commands out of order',
    steps: [
      ['HELO c.example', '250'],
      [RCPT, '503 5.5.1'],
      ['DATA', '503 5.5.1'],
      [MAIL, '250 2.1.0'],
      [MAIL, '503 5.5.1'],
      ['DATA', '503 5.5.1'],
      [RCPT, '250 2.1.5'],
      ['RSET', '250 2.0.0'],
      [RCPT, '503 5.5.1'],
      [MAIL, '250 2.1.0'],
      ['EHLO c.example', '250'],
      [RCPT, '503 5.5.1'],
    ],
  },
  {
    name: 'malformed arguments',
    steps: [
      ['EHLO', '501'],
      ['HELO', '501'],
      ['EHLO a b', '501'],
      [`EHLO ${'x'.repeat(301)}`, '501'],
      ['EHLO c.example', '250'],
      ['MAIL', '501 5.5.4'],
      ['MAIL TO:<a@example.com>', '501 5.5.4'],
      ['MAIL FROM:a@example.com', '553 5.1.7'],
      ['MAIL FROM:<a>', '553 5.1.7'],
      ['MAIL FROM:<a@example.com> FOO=1', '555 5.5.4'],
      ['MAIL FROM:<a@example.com> SIZE=1001', '552 5.3.4'],
      [MAIL, '250 2.1.0'],
      ['RCPT FROM:<b@example.com>', '501 5.5.4'],
      ['RCPT TO:<>', '553 5.1.3'],
      ['RCPT TO:b@example.com', '553 5.1.3'],
      ['RCPT TO:<b@example.com> FOO=1', '555 5.5.4'],
      ['DATA now', '501 5.5.4'],
    ],
  },
  {
    name: 'what is not implemented, and what nobody knows',
    steps: [
      ['EXPN list', '502 5.5.1'],
      ['BDAT 10 LAST', '502 5.5.1'],
      ['XYZZY', '500 5.5.1'],
      ['', '500 5.5.1'],
      [' NOOP', '500 5.5.1'],
      ['NOOP\0', '500 5.5.2'],
    ],
  },
  {
    name: 'parameters after HELO',
    steps: [
      ['HELO c.example', '250'],
      [`${MAIL} SIZE=10`, '555 5.5.4'],
      [MAIL, '250 2.1.0'],
      [`${RCPT} NOTIFY=NEVER`, '555 5.5.4'],
    ],
  },
  {
    name: 'characters beyond ASCII with and without SMTPUTF8',
    steps: [
      ['EHLO c.example', '250'],
      ['MAIL FROM:<ü@example.com>', '553 5.1.7'],
      ['MAIL FROM:<ü@example.com> SMTPUTF8', '250 2.1.0'],
      ['RCPT TO:<ö@exämple.com>', '250 2.1.5'],
      ['RSET', '250 2.0.0'],
      [MAIL, '250 2.1.0'],
      ['RCPT TO:<ö@exämple.com>', '553 5.1.3'],
    ],
  },
  {
    name: 'paths without brackets and stray quotes where addresses are loose',
    settings: { barePaths: true },
    steps: [
      ['EHLO c.example', '250'],
      ['MAIL FROM:a@example.com SIZE=10', '250 2.1.0'],
      ['RCPT TO: b@example.com', '250 2.1.5'],
      ['RCPT TO:<o"brien@example.com>', '250 2.1.5'],
      ['RCPT TO:', '553 5.1.3'],
    ],
  },
  {
    name: 'one recipient more than allowed, where a repeated one does not count',
    steps: [
      ['EHLO c.example', '250'],
      [MAIL, '250 2.1.0'],
      ...[1, 2, 3].map((number) => [`RCPT TO:<b${number}@example.com>`, '250 2.1.5'] as const),
      ['RCPT TO:<b4@example.com>', '452 4.5.3'],
      ['RCPT TO:<b3@EXAMPLE.com>', '250 2.1.5'],
      ['RCPT TO:<B3@example.com>', '452 4.5.3'],
      ['DATA', '354'],
    ],
  },
  {
    name: 'the twentieth refused command as the last one',
    steps: [
      ...Array.from({ length: 19 }, () => ['XYZZY', '500 5.5.1'] as const),
      ['NOOP', '250 2.0.0'],
      ['XYZZY', '421 4.7.0 close'],
    ],
  },
  {
    name: 'temporary refusals without counting them as errors',
    steps: Array.from({ length: 30 }, () => ['STARTTLS', '454 4.7.0'] as const),
  },
];

for (const { name, settings, steps } of scripts) {
  test(`Dialogue answers ${name}`, () => {
    const dialogue = createDialogue(settings);
    assert.deepEqual(run(dialogue, steps.map(([line]) => line)), steps.map(([, status]) => status));
  });
}

const httpRequests = [
  Buffer.from('GET / HTTP/1.1'),
  Buffer.from('POST /x HTTP/1.1'),
  Buffer.from('CONNECT mx:25 HTTP/1.1'),
  Buffer.from('OPTIONS / HTTP/1.1'),
  Buffer.from('POST /\xff HTTP/1.1', 'latin1'),
  Buffer.from('GET /\0'),
];

for (const line of httpRequests) {
  test(`Dialogue ends the connection at ${JSON.stringify(line.toString('latin1'))}, also when the line is too long`, () => {
    assert.equal(toStatus(answer(createDialogue(), line)), '554 5.5.1 close');
    assert.equal(toStatus(createDialogue().answerTooLong(line)), '554 5.5.1 close');
  });
}

test('Dialogue counts lines that are too long as errors', () => {
  const dialogue = createDialogue();
  const statuses = Array.from({ length: 20 }, () => toStatus(dialogue.answerTooLong(Buffer.from('xxxx'))));
  assert.deepEqual(statuses, [...Array(19).fill('500 5.5.2'), '421 4.7.0 close']);
});

test('Dialogue hands out the transaction once, with every recipient once and the parameters of both commands', () => {
  const dialogue = createDialogue();
  run(dialogue, [
    'EHLO c.example',
    'MAIL FROM:<A@Example.com> RET=HDRS ENVID=e1 SMTPUTF8',
    'RCPT TO:<b@Example.com> NOTIFY=NEVER',
    'RCPT TO:<B@example.com>',
    'RCPT TO:<b@example.COM> NOTIFY=DELAY ORCPT=rfc822;x@y',
    'DATA',
  ]);
  assert.deepEqual(dialogue.takeTransaction(), {
    mailFrom: 'A@Example.com',
    parameters: { smtputf8: true, dsn: { ret: 'HDRS', envid: 'e1' } },
    recipients: [
      { address: 'b@example.COM', dsn: { notify: 'DELAY', orcpt: 'rfc822;x@y', ret: 'HDRS', envid: 'e1' } },
      { address: 'B@example.com', dsn: { ret: 'HDRS', envid: 'e1' } },
    ],
    isRefused: false,
  });
  assert.equal(dialogue.isInTransaction, false);
  assert.deepEqual(run(dialogue, [RCPT]), ['503 5.5.1']);
});

test('Dialogue forgets refused commands after a message and counts messages', () => {
  const dialogue = createDialogue({ maxMessages: 2 });
  run(dialogue, ['EHLO c.example', ...Array(18).fill('XYZZY')]);
  for (let message = 0; message < 2; message++) {
    assert.deepEqual(run(dialogue, [MAIL, RCPT, 'DATA']), ['250 2.1.0', '250 2.1.5', '354']);
    dialogue.takeTransaction();
    assert.deepEqual(run(dialogue, Array(18).fill('XYZZY')), Array(18).fill('500 5.5.1'));
  }
  assert.deepEqual(run(dialogue, [MAIL]), ['421 4.7.0 close']);
});

test('Dialogue offers its extensions to EHLO and none to HELO', () => {
  const offered = (line: string, settings = {}) => toReplyText(answer(createDialogue(settings), line));
  assert.equal(
    offered('EHLO c.example'),
    ['250-mx.example.com', '250-PIPELINING', '250-SIZE 1000', '250-8BITMIME', '250-SMTPUTF8', '250-DSN'].join('\r\n') +
      '\r\n250 ENHANCEDSTATUSCODES\r\n',
  );
  assert.doesNotMatch(offered('EHLO c.example', { offerDsn: false }), /DSN/);
  assert.equal(offered('HELO c.example'), '250 mx.example.com\r\n');
});
