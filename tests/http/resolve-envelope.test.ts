// From a parsed request to an envelope: which source counts, and that one bad address refuses all.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { MessageRequest } from '../../src/http/message-request.ts';
import { resolveEnvelope } from '../../src/http/resolve-envelope.ts';
import { createRecordingDoor } from '../support/http-door.ts';

const { door } = createRecordingDoor({ maxRecipients: 3 });
const at = (text: string) => ({ text, place: { parameter: 'x' } });
const FULL = 'From: f@x.example\r\nTo: t@x.example\r\nBcc: b@x.example\r\n\r\nbody';

interface Given {
  readonly sender?: string;
  readonly recipients?: readonly string[];
  readonly content?: string;
}

function resolve({ sender, recipients, content = FULL }: Given) {
  const request: MessageRequest = {
    ...(sender === undefined ? {} : { sender: at(sender) }),
    ...(recipients === undefined ? {} : { recipients: recipients.map(at) }),
    content: [Buffer.from(content)],
  };
  return resolveEnvelope(request, door);
}

const accepted: readonly { name: string; given: Given; from: string; to: readonly string[]; content?: string }[] = [
  {
    name: 'both given',
    given: { sender: 's@x.example', recipients: ['r@x.example'] },
    from: 's@x.example',
    to: ['r@x.example'],
  },
  {
    name: 'nothing given, and Bcc goes',
    given: {},
    from: 'f@x.example',
    to: ['t@x.example', 'b@x.example'],
    content: 'From: f@x.example\r\nTo: t@x.example\r\n\r\nbody',
  },
  {
    name: 'the sender from the header',
    given: { recipients: ['r@x.example'] },
    from: 'f@x.example',
    to: ['r@x.example'],
  },
  {
    name: 'the recipients from the header',
    given: { sender: 's@x.example' },
    from: 's@x.example',
    to: ['t@x.example', 'b@x.example'],
    content: 'From: f@x.example\r\nTo: t@x.example\r\n\r\nbody',
  },
  { name: 'the null sender', given: { sender: '', recipients: ['r@x.example'] }, from: '', to: ['r@x.example'] },
  {
    name: 'the null sender in brackets',
    given: { sender: '<>', recipients: ['r@x.example'] },
    from: '',
    to: ['r@x.example'],
  },
  {
    name: 'Sender where From is not an address',
    given: { recipients: ['r@x.example'], content: 'From: nobody\r\nSender: s@x.example\r\n\r\n' },
    from: 's@x.example',
    to: ['r@x.example'],
  },
  {
    name: 'a recipient named twice, once',
    given: { sender: '', recipients: ['r@x.example', 'R@x.example', 'r@X.Example'] },
    from: '',
    to: ['r@x.example', 'R@x.example'],
  },
  {
    name: 'addresses beyond ASCII',
    given: { sender: 'jö@x.example', recipients: ['ü@ü.example'] },
    from: 'jö@x.example',
    to: ['ü@ü.example'],
  },
];

for (const { name, given, from, to, content = given.content ?? FULL } of accepted) {
  test(`resolveEnvelope() takes ${name}`, () => {
    const resolved = resolve(given);
    assert.ok(resolved.ok, JSON.stringify(resolved));
    assert.equal(resolved.value.envelope.mailFrom, from);
    assert.deepEqual(resolved.value.envelope.rcptTo.map(({ address }) => address), to);
    assert.equal(Buffer.concat(resolved.value.content).toString(), content);
  });
}

const refused: readonly { name: string; given: Given; code?: string; places?: readonly object[] }[] = [
  {
    name: 'one bad recipient of two',
    given: { sender: '', recipients: ['r@x.example', 'r'] },
    places: [{ parameter: 'x' }],
  },
  {
    name: 'an empty recipient',
    given: { sender: '', recipients: [''] },
    places: [{ parameter: 'x' }],
  },
  {
    name: 'the null sender as a recipient',
    given: { sender: '', recipients: ['<>'] },
    places: [{ parameter: 'x' }],
  },
  {
    name: 'a bad sender',
    given: { sender: 's@', recipients: ['r@x.example'] },
    places: [{ parameter: 'x' }],
  },
  {
    name: 'a line break in an address',
    given: { sender: '', recipients: ['a@x.example\r\nBcc: b@x.example'] },
    places: [{ parameter: 'x' }],
  },
  {
    name: 'a bad address in the header section',
    given: { content: 'From: f@x.example\r\nTo: t@x.example, Jane Doe\r\n\r\n' },
    places: [{ field: 'To' }],
  },
  {
    name: 'a header section without addresses',
    given: { content: 'Subject: x\r\n\r\n' },
    places: [
      { pointer: '/envelope' },
      { pointer: '/recipients' },
    ],
  },
  {
    name: 'an empty From, which is no null sender',
    given: { recipients: ['r@x.example'], content: 'From: <>\r\n\r\n' },
    places: [{ field: 'From' }],
  },
  {
    name: 'more recipients than allowed',
    given: { sender: '', recipients: ['a@x.example', 'b@x.example', 'c@x.example', 'd@x.example'] },
    code: 'too-many-recipients',
  },
  {
    name: 'address fields beyond the bound',
    given: { content: `To: ${'a@x.y,'.repeat(100_000)}\r\n\r\n` },
    places: [],
  },
];

for (const { name, given, code = 'invalid-message', places } of refused) {
  test(`resolveEnvelope() refuses ${name}`, () => {
    const resolved = resolve(given);
    assert.ok(!resolved.ok);
    assert.equal(resolved.problem.code, code);
    assert.deepEqual(resolved.problem.errors?.map(({ detail: _, ...place }) => place), places);
  });
}

test('resolveEnvelope() counts no recipients where there is no limit', () => {
  const recipients = Array.from({ length: 5000 }, (_, index) => at(`r${index}@x.example`));
  const resolved = resolveEnvelope({ sender: at(''), recipients, content: [] }, { ...door, maxRecipients: 0 });
  assert.ok(resolved.ok);
  assert.equal(resolved.value.envelope.rcptTo.length, 5000);
});
