// The DATA framing against a byte-by-byte oracle: every chunking of every input must give the same content and rest.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { test } from 'node:test';
import { DataReader } from '../../src/smtp/data-reader.ts';

interface Outcome {
  readonly content: string;
  /** What follows the terminator; undefined while it has not come. */
  readonly rest: string | undefined;
}

/** RFC 5321 section 4.5.2 by lines: split at CRLF, the line "." ends, one leading dot goes. */
function readByLines(input: string): Outcome {
  let content = '';
  let position = 0;
  while (true) {
    const end = input.indexOf('\r\n', position);
    if (end < 0) return { content, rest: undefined };
    const line = input.slice(position, end);
    position = end + 2;
    if (line === '.') return { content, rest: input.slice(position) };
    content += `${line.startsWith('.') ? line.slice(1) : line}\r\n`;
  }
}

function read(chunks: readonly string[], maxBytes = 1_000_000): Outcome & { readonly reader: DataReader } {
  const reader = new DataReader(maxBytes);
  for (const [index, chunk] of chunks.entries()) {
    const rest = reader.push(Buffer.from(chunk, 'latin1'));
    if (rest !== undefined) {
      const content = Buffer.concat(reader.takeContent()).toString('latin1');
      return { content, rest: rest.toString('latin1') + chunks.slice(index + 1).join(''), reader };
    }
  }
  return { content: '', rest: undefined, reader };
}

/** All ways to cut `input` when `mask` says where. */
function cut(input: string, mask: number): string[] {
  const chunks: string[] = [];
  let start = 0;
  for (let at = 1; at < input.length; at++) {
    if ((mask & (1 << (at - 1))) === 0) continue;
    chunks.push(input.slice(start, at));
    start = at;
  }
  return [...chunks, input.slice(start)];
}

function check(chunks: readonly string[]): void {
  const input = chunks.join('');
  const expected = readByLines(input);
  const { content, rest, reader } = read(chunks);
  const shown = JSON.stringify(chunks);
  assert.equal(rest, expected.rest, `rest of ${shown}`);
  if (rest === undefined) return;
  assert.equal(content, expected.content, `content of ${shown}`);
  assert.equal(reader.size, content.length, `size of ${shown}`);
}

const END = '\r\n.\r\n';
const inputs = [
  '.\r\n',
  '.\r\nQUIT\r\n',
  `a${END}`,
  `a${END}MAIL`,
  END,
  `..${END}`,
  `..\r\n..${END}`,
  `.a${END}`,
  `...${END}`,
  `a\n.\nb${END}`,
  `a\n.\r\nb${END}`,
  `a\r.\rb${END}`,
  `a\r\n.\nb${END}`,
  `a\r\n.\rb${END}`,
  `a\r\n..\r\nb${END}`,
  `.\r\r\n.\r\n`,
  `.\r\r\r\n.\r\n`,
  `\r\n.\r\r\n.\r\n`,
  `\r\r\n.\r\n`,
  `\r.\r\n.\r\n`,
  `\n.\r\n\r\n.\r\n`,
  `\n..\r\n.\r\n`,
  `.\n\r\n.\r\n`,
  `.\n.\n.\r\n.\r\n`,
  `\r\n\r\n${END}`,
  `...\r\n.\r\n.\r\n`,
  `\0\xff${END}`,
];

for (const input of inputs) {
  test(`DataReader reads ${JSON.stringify(input)} the same however it is cut`, () => {
    const cuts = Math.min(input.length - 1, 13);
    for (let mask = 0; mask < 1 << cuts; mask++) check(cut(input, mask));
    for (let end = 1; end < input.length; end++) {
      if (readByLines(input.slice(0, end)).rest === undefined) check(cut(input.slice(0, end), 0b10101));
    }
  });
}

const neverEnd = [
  'a\n.\n',
  'a\n.\r\n',
  'a\r.\r',
  'a\r.\r\n',
  'a\r\n.\n',
  'a\r\n.\r',
  'a\r\n.',
  'a\r\n..\r\n',
  'a\r\n.\r\r\n',
  '.\n',
  '\n.\r\n',
  'a.\r\n',
];

for (const input of neverEnd) {
  test(`DataReader does not take ${JSON.stringify(input)} for the end`, () => {
    for (let mask = 0; mask < 1 << (input.length - 1); mask++) assert.equal(read(cut(input, mask)).rest, undefined);
  });
}

/** xorshift32: the same inputs in every run. */
function createRandom(seed: number): (below: number) => number {
  let state = seed;
  return (below) => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) % below;
  };
}

test('DataReader agrees with the oracle on 20,000 random inputs of CR, LF, dot and letter, cut at random', () => {
  const random = createRandom(20_261_121);
  const alphabet = ['\r', '\n', '.', 'a', '\r\n', '\r\n.'];
  for (let round = 0; round < 20_000; round++) {
    let input = '';
    for (let length = random(24); length > 0; length--) input += alphabet[random(alphabet.length)];
    input += random(4) === 0 ? '' : `${END}rest`;
    const chunks: string[] = [];
    for (let at = 0; at < input.length;) {
      const next = at + 1 + random(6);
      chunks.push(input.slice(at, next));
      at = next;
    }
    check(chunks);
  }
});

test('DataReader agrees with the oracle where large pieces, small pieces and dots alternate', () => {
  const random = createRandom(7);
  const line = 'x'.repeat(1500);
  for (let round = 0; round < 100; round++) {
    let input = '';
    for (let lines = 20; lines > 0; lines--) input += ['.', '..', line, `.${line}`, '', 'short'][random(6)] + '\r\n';
    input = input.replaceAll('\r\n.\r\n', '\r\n..\r\n').replace(/^\.\r\n/, '..\r\n') + '.\r\nQUIT\r\n';
    const chunks: string[] = [];
    for (let at = 0; at < input.length;) {
      const next = at + [1, 2, 900, 1024, 5000][random(5)]!;
      chunks.push(input.slice(at, next));
      at = next;
    }
    check(chunks);
  }
});

test('DataReader keeps content of exactly the limit and calls one byte more oversized', () => {
  for (const size of [1, 2, 1023, 1024, 5000]) {
    const content = `${'x'.repeat(size)}\r\n`;
    for (const step of [1, 700, 10_000]) {
      const chunks = (content + '.\r\nrest').match(new RegExp(`[^]{1,${step}}`, 'g')) ?? [];
      const exact = read(chunks, content.length);
      assert.equal(exact.reader.isOversized, false);
      assert.equal(exact.content, content);
      const over = read(chunks, content.length - 1);
      assert.equal(over.reader.isOversized, true);
      assert.equal(over.rest, 'rest', 'the end is still found');
      assert.equal(over.reader.size, content.length, 'all content is counted');
      assert.equal(over.content, '', 'nothing is kept');
    }
  }
});

test('DataReader counts neither stuffed dots nor the terminator as content', () => {
  const { reader } = read(['..\r\n..\r\n.\r\n'], 6);
  assert.equal(reader.size, 6);
  assert.equal(reader.isOversized, false);
});

test('DataReader gathers content that comes byte by byte into few blocks', () => {
  const { reader, content } = read([...`${'y'.repeat(100_000)}${END}`]);
  assert.equal(content.length, 100_002);
  assert.ok(reader.takeContent().length < 20, `${reader.takeContent().length} blocks`);
});

test('DataReader does not hold several times the content when large and small pieces alternate', () => {
  const { reader, content } = read([...Array(200).fill(['z'.repeat(1024), 'z']).flat(), END]);
  const held = new Set(reader.takeContent().map((piece) => piece.buffer));
  let bytes = 0;
  for (const memory of held) bytes += memory.byteLength;
  assert.ok(bytes < 2 * content.length, `${bytes} bytes for ${content.length}`);
});
