// The header scan: the content is split once, and mail that goes in circles is stopped.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { refuseLoop, splitHeader } from '../../src/pipeline/header-scan.ts';
import { makeDraft } from '../support/submissions.ts';

function judge(content: string) {
  const draft = makeDraft({ content });
  splitHeader(draft);
  return refuseLoop(draft);
}

test('splitHeader() takes the header section off the body and loses no byte', () => {
  const draft = makeDraft({ content: [Buffer.from('A: 1\r\n\r'), Buffer.from('\nbody')] });
  splitHeader(draft);
  assert.equal(draft.header.toString(), 'A: 1\r\n\r\n');
  assert.equal(Buffer.concat(draft.body).toString(), 'body');
});

const accepted = [
  ['no header section', 'body only'],
  ['100 Received fields', `${'Received: x\r\n'.repeat(100)}\r\nbody`],
  ['100 folded Received fields', `${'Received: x\r\n\tReceived: y\r\n'.repeat(100)}\r\n`],
  ['200 fields with a similar name', `${'X-Received: x\r\nReceived-SPF: pass\r\n'.repeat(100)}\r\n`],
  ['200 Received lines in the body', `Received: x\r\n\r\n${'Received: x\r\n'.repeat(200)}`],
] as const;

for (const [name, content] of accepted) {
  test(`refuseLoop() lets pass ${name}`, () => assert.equal(judge(content), undefined));
}

const refused = [
  ['101 Received fields', `${'Received: x\r\n'.repeat(101)}\r\nbody`],
  ['101 Received fields in any case and with blanks', `${'rEcEiVeD \t: x\r\n'.repeat(101)}\r\n`],
  ['101 Received fields among others', `${'A: 1\r\nReceived: x\r\n y\r\nodd\r\n'.repeat(101)}\r\n`],
  ['101 Received fields without an empty line after them', 'Received: x\r\n'.repeat(101)],
] as const;

for (const [name, content] of refused) {
  test(`refuseLoop() refuses ${name}`, () => {
    assert.deepEqual(judge(content), {
      outcome: 'rejected',
      reason: 'loop',
      status: '5.4.6',
      text: 'Mail loop: more than 100 Received headers',
    });
  });
}
