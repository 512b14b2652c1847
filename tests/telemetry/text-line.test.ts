// The log as people read it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type LoggedEvent, toTextLine, wantsColours } from '../../src/telemetry/text-line.ts';

const OPENED: LoggedEvent = { level: 'info', time: '2026-11-21T08:39:49.123Z', event: 'smtp.session.opened' };

const render = (fields: { readonly [name: string]: unknown }) =>
  toTextLine({ ...OPENED, ...fields }, { colours: false });

test('toTextLine() aligns level, sentence and fields', () => {
  assert.equal(
    toTextLine({ ...OPENED, event: 'smtp.listening', text: 'x', address: '::1', port: 25 }, { colours: false }) +
      toTextLine({ ...OPENED, level: 'warning', event: 'outlet.unavailable', reason: 'gone' }, { colours: false }),
    '2026-11-21 08:39:49 info    SMTP door open                   address=::1 port=25\n' +
      '2026-11-21 08:39:49 warning Outlet unavailable               reason=gone\n',
  );
});

test('toTextLine() ends a line without fields with its sentence', () => {
  assert.equal(render({}), '2026-11-21 08:39:49 info    Session opened\n');
});

test('toTextLine() joins lists, and shows nothing for a missing value but its name', () => {
  assert.match(render({ ids: ['A', 'B'], code: null }), / ids="A, B" code=null\n$/);
});

test('toTextLine() leaves words of every language without quotes', () => {
  assert.match(render({ user: 'žofie@例え.jp', currency: '€' }), / user=žofie@例え\.jp currency=€\n$/);
});

const hostile = [
  'two words',
  'a=b',
  'line\nbreak',
  'carriage\rreturn',
  '\x1b[2J',
  'quo"te',
  'nul\0',
  '\x9b2J',
  '\u202eevil',
  'a\u2028b',
  'a\u200bb',
  'a\u00a0b',
  '\ud800',
  '',
];
for (const value of hostile) {
  test(`toTextLine() quotes ${JSON.stringify(value)}, so that a peer can neither forge a line nor drive a terminal`, () => {
    const line = render({ helo: value });
    assert.doesNotMatch(line.slice(0, -1), /[\p{C}\p{Zl}\p{Zp}]/u);
    const [, quoted = ''] = /helo=(".*")\n$/.exec(line) ?? [];
    assert.equal(JSON.parse(quoted), value);
  });
}

test('toTextLine() colours level, time and names, never the values', () => {
  const line = toTextLine({ ...OPENED, level: 'error', user: 'x' }, { colours: true });
  assert.ok(line.includes('\x1b[1;31merror  \x1b[0m Session opened'), line);
  assert.ok(line.endsWith('\x1b[2muser=\x1b[0mx\n'), line);
});

const choices: readonly [env: { readonly [name: string]: string }, isTerminal: boolean, colours: boolean][] = [
  [{}, true, true],
  [{}, false, false],
  [{ TERM: 'dumb' }, true, false],
  [{ NO_COLOR: '1' }, true, false],
  [{ NO_COLOR: '' }, true, true],
  [{ FORCE_COLOR: '1' }, false, true],
  [{ FORCE_COLOR: '1', TERM: 'dumb' }, false, true],
  [{ FORCE_COLOR: '0' }, true, false],
  [{ FORCE_COLOR: '1', NO_COLOR: '1' }, true, false],
];
for (const [env, isTerminal, colours] of choices) {
  const where = isTerminal ? 'on a terminal' : 'elsewhere';
  test(`wantsColours() says ${colours} ${where} with ${JSON.stringify(env)}`, () => {
    assert.equal(wantsColours({ env, isTerminal }), colours);
  });
}
