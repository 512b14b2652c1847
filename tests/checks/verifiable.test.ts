import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readInTurns, toAuthorsHeader, toVerifiableHeader, UnverifiableError } from '../../src/checks/verifiable.ts';

const AUTHOR = 'From: a@a.test\r\n';
const SIGNATURE = 'DKIM-Signature: v=1\r\n';

function reduce(header: string): string {
  return toVerifiableHeader(Buffer.from(header)).header.toString();
}

test('toVerifiableHeader() leaves an ordinary header section as it is', () => {
  const header = Buffer.from(`${SIGNATURE.repeat(10)}${AUTHOR}junk\r\n\r\n`);
  const verifiable = toVerifiableHeader(header);
  assert.equal(verifiable.header, header);
  assert.equal(verifiable.isReduced, false);
});

test('toVerifiableHeader() leaves out signatures after the tenth, and monstrous ones', () => {
  const numbered = Array.from({ length: 12 }, (_, index) => `DKIM-Signature: ${index}\r\n`);
  assert.equal(
    reduce(`${numbered.join('X: y\r\n')}${AUTHOR}\r\n`),
    `${numbered.slice(0, 10).join('X: y\r\n')}X: y\r\nX: y\r\n${AUTHOR}\r\n`,
  );
  const monstrous = `DKIM-Signature: ${'h=a;\r\n '.repeat(1200)}\r\n`;
  assert.equal(reduce(`${SIGNATURE}${monstrous}${AUTHOR}\r\n`), `${SIGNATURE}${AUTHOR}\r\n`);
  assert.equal(reduce(`ARC-Message-Signature: ${'x'.repeat(8192)}\r\n${AUTHOR}\r\n`), `${AUTHOR}\r\n`);
  assert.equal(toVerifiableHeader(Buffer.from(`${monstrous}\r\n`)).isReduced, true);
});

const oversized: readonly [what: string, header: string][] = [
  ['bytes', `X: ${'y'.repeat(300_000)}\r\n`],
  ['lines', `X:${' y\r\n'.repeat(4001)}`],
  ['authors', `From: ${'a@a.test,'.repeat(8000)}\r\n`],
];

for (const [what, header] of oversized) {
  test(`toVerifiableHeader() refuses a header section with too many ${what}`, () => {
    assert.throws(() => toVerifiableHeader(Buffer.from(`${header}${AUTHOR}\r\n`)), UnverifiableError);
  });
}

test('toAuthorsHeader() takes the authors out of any header section, unless there are too many', () => {
  const header = Buffer.from(`X:${' y\r\n'.repeat(100_000)}${AUTHOR}Y: z\r\nFROM : b@b.test,\r\n c@c.test\r\n\r\n`);
  assert.equal(toAuthorsHeader(header).toString(), `${AUTHOR}FROM : b@b.test,\r\n c@c.test\r\n\r\n`);
  for (const authors of [`From: ${'a@a.test,'.repeat(8000)}\r\n`, `From:${' a,\r\n'.repeat(4001)}`]) {
    assert.throws(() => toAuthorsHeader(Buffer.from(`${authors}\r\n`)), UnverifiableError);
  }
});

async function read(content: readonly Uint8Array[]): Promise<number[]> {
  const sizes: number[] = [];
  for await (const piece of readInTurns(content)) sizes.push(piece.length);
  return sizes;
}

test('readInTurns() yields pieces of bounded size, and everything', async () => {
  const line = Buffer.from(`${'x'.repeat(76)}\r\n`);
  assert.deepEqual(await read([]), []);
  assert.deepEqual(await read([line, Buffer.alloc(0), line]), [78, 78]);
  assert.deepEqual(await read([Buffer.concat(Array(4000).fill(line))]), [262_144, 49_856]);
});

test('readInTurns() lets others have their turn', async () => {
  let turns = 0;
  const timer = setInterval(() => turns++, 0);
  const line = Buffer.from(`${'x'.repeat(76)}\r\n`);
  await read(Array(20_000).fill(line));
  clearInterval(timer);
  assert.ok(turns > 0);
});

test('readInTurns() stops at a line of more than a megabyte, however it comes', async () => {
  const half = Buffer.alloc(524_288, 'x');
  const end = Buffer.from('\n');
  assert.equal((await read([half, half, end, half, half, end])).length, 10);
  await assert.rejects(read([half, half, Buffer.from('x')]), UnverifiableError);
  await assert.rejects(read([Buffer.concat([end, half, half, Buffer.from('x'), end])]), UnverifiableError);
  await assert.rejects(
    read([...Array.from({ length: 1_048_577 / 7 }, () => Buffer.from('xxxxxxx')), half]),
    UnverifiableError,
  );
});
