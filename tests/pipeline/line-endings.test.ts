// Line ends: each policy and door, over every mixture of CR and LF, however the content is cut.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { repairLineEndings } from '../../src/pipeline/line-endings.ts';
import { makeDraft, ORIGINS, SETTINGS } from '../support/submissions.ts';

const REFUSAL = {
  outcome: 'rejected',
  reason: 'line-ending',
  status: '5.6.0',
  text: 'Bare CR or LF in message; lines must end with CRLF',
};

type Door = keyof typeof ORIGINS;
type Policy = typeof SETTINGS.lineEndings;

/** The refusal, or the content that the step leaves. */
function apply(
  pieces: readonly Uint8Array[],
  { door, policy }: { readonly door: Door; readonly policy: Policy },
): unknown {
  const draft = makeDraft({ origin: ORIGINS[door], content: pieces });
  const refusal = repairLineEndings(draft, { ...SETTINGS, lineEndings: policy });
  return refusal ?? Buffer.concat(draft.body).toString('latin1');
}

const SAME = 'as it is';
const CRLF = 'all CRLF';
const NO = 'refused';

// The content, then what becomes of it by SMTP and by HTTP or the command line under reject, fix and allow.
const cases = [
  ['', [SAME, SAME, SAME], [SAME, SAME, SAME]],
  ['no line end', [SAME, SAME, SAME], [SAME, SAME, SAME]],
  ['a\r\nb\r\n', [SAME, SAME, SAME], [SAME, SAME, SAME]],
  ['\r\n', [SAME, SAME, SAME], [SAME, SAME, SAME]],
  ['a\nb\n', [NO, CRLF, SAME], [CRLF, CRLF, CRLF]],
  ['\n', [NO, CRLF, SAME], [CRLF, CRLF, CRLF]],
  ['a\n\nb', [NO, CRLF, SAME], [CRLF, CRLF, CRLF]],
  ['a\r\nb\n', [NO, CRLF, SAME], [NO, CRLF, SAME]],
  ['a\nb\r\n', [NO, CRLF, SAME], [NO, CRLF, SAME]],
  ['a\rb\r\n', [NO, CRLF, SAME], [NO, CRLF, SAME]],
  ['a\rb', [NO, CRLF, SAME], [NO, CRLF, SAME]],
  ['a\rb\n', [NO, CRLF, SAME], [NO, CRLF, SAME]],
  ['a\r', [NO, CRLF, SAME], [NO, CRLF, SAME]],
  ['\r', [NO, CRLF, SAME], [NO, CRLF, SAME]],
  ['a\n\r', [NO, CRLF, SAME], [NO, CRLF, SAME]],
  ['a\r\r\nb', [NO, CRLF, SAME], [NO, CRLF, SAME]],
  // How mail is smuggled: what another server takes for the end of the message.
  ['a\n.\nMAIL FROM:<x@y>\n', [NO, CRLF, SAME], [CRLF, CRLF, CRLF]],
  ['a\r\n.\nMAIL FROM:<x@y>\r\n', [NO, CRLF, SAME], [NO, CRLF, SAME]],
  ['a\r\n.\rMAIL FROM:<x@y>\r\n', [NO, CRLF, SAME], [NO, CRLF, SAME]],
] as const;

const POLICIES = ['reject', 'fix', 'allow'] as const;

for (const [text, bySmtp, byOthers] of cases) {
  test(`repairLineEndings() of ${JSON.stringify(text)}: ${bySmtp.join(', ')} by SMTP; ${byOthers.join(', ')} else`, () => {
    const results = { [SAME]: text, [CRLF]: text.replace(/\r\n|\r|\n/g, '\r\n'), [NO]: REFUSAL };
    for (const door of ['smtp', 'http', 'cli'] as const) {
      for (const [index, expected] of (door === 'smtp' ? bySmtp : byOthers).entries()) {
        const policy = POLICIES[index] ?? 'reject';
        assert.deepEqual(apply([Buffer.from(text)], { door, policy }), results[expected], `${door}, ${policy}`);
      }
    }
  });
}

/** All texts of up to `length` characters out of "a", CR and LF. */
function* mixtures(length: number): Generator<string> {
  yield '';
  if (length > 0) { for (const rest of mixtures(length - 1)) for (const first of 'a\r\n') yield first + rest; }
}

/** Every way to cut a text into three pieces, of which some may be empty. */
function* cuts(text: string): Generator<Uint8Array[]> {
  for (let first = 0; first <= text.length; first++) {
    for (let second = first; second <= text.length; second++) {
      yield [text.slice(0, first), text.slice(first, second), text.slice(second)].map((part) =>
        new Uint8Array(Buffer.from(part))
      );
    }
  }
}

/** The rule, said without chunks and states. */
function expectedOf(text: string, { door, policy }: { readonly door: Door; readonly policy: Policy }): unknown {
  const bare = text.replaceAll('\r\n', '');
  const fixed = text.replace(/\r\n|\r|\n/g, '\r\n');
  if (!/[\r\n]/.test(bare)) return text;
  if (door !== 'smtp' && !text.includes('\r')) return fixed;
  return { reject: REFUSAL, fix: fixed, allow: text }[policy];
}

for (const door of ['smtp', 'http'] as const) {
  for (const policy of POLICIES) {
    test(`repairLineEndings() with ${policy} finds every bare CR and LF by ${door} across every chunk boundary`, () => {
      for (const text of new Set(mixtures(5))) {
        const expected = expectedOf(text, { door, policy });
        for (const pieces of cuts(text)) {
          const actual = apply(pieces, { door, policy });
          if (typeof expected === 'string') assert.equal(actual, expected);
          else assert.deepEqual(actual, expected);
        }
      }
    });
  }
}

test('repairLineEndings() leaves the buffers alone when there is nothing to repair', () => {
  const content = [Buffer.from('a\r'), Buffer.from('\nb\r\n')];
  const draft = makeDraft({ content });
  assert.equal(repairLineEndings(draft, { ...SETTINGS, lineEndings: 'fix' }), undefined);
  assert.deepEqual(draft.body.map((piece, index) => piece === content[index]), [true, true]);
});

test('repairLineEndings() repairs without touching any other byte', () => {
  const bytes = Buffer.from(Array.from({ length: 256 }, (_, byte) => byte));
  const expected = bytes.toString('latin1').replace(/[\r\n]/g, '\r\n');
  assert.equal(apply([bytes], { door: 'smtp', policy: 'fix' }), expected);
});
