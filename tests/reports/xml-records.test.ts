// XML read child by child.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { childOf, childText, readXmlChildren, type XmlElement } from '../../src/reports/xml-records.ts';

const NEVER = new AbortController().signal;

async function read(xml: string, limit = Infinity): Promise<{ found: boolean; children: XmlElement[] }> {
  const children: XmlElement[] = [];
  const onChild = (child: XmlElement) => children.push(child) < limit;
  return { found: await readXmlChildren(xml, { root: 'feedback', deadline: NEVER, onChild }), children };
}

test('the children of the root come with their text and their own children', async () => {
  const { found, children } = await read('<?xml version="1.0"?><feedback><a> x<b>y</b></a><C/></feedback>');
  assert.equal(found, true);
  assert.deepEqual(children.map(({ name }) => name), ['a', 'c']);
  assert.equal(children[0]?.text, 'x');
  assert.equal(childText(children[0], 'b'), 'y');
  assert.equal(childOf(children[0], 'c'), undefined);
  assert.equal(childText(children[1], 'b'), undefined);
});

test('namespaces, an element around the root, CDATA and references are understood', async () => {
  const xml = '<o><n:feedback xmlns:n="u"><n:a><![CDATA[<1>]]>&amp;&#65;</n:a></n:feedback></o>';
  assert.equal((await read(xml)).children[0]?.text, '<1>&A');
});

test('entities of a document type are not expanded', async () => {
  const xml = '<!DOCTYPE feedback [<!ENTITY e "expanded"><!ENTITY f SYSTEM "file:///etc/passwd">]>' +
    '<feedback><a>&e;&f;</a></feedback>';
  assert.equal((await read(xml)).children[0]?.text, '&e;&f;');
});

test('references across the edges of the slices are whole, and ampersands alone are text', async () => {
  for (let shift = 0; shift < 12; shift++) {
    const padding = ' '.repeat(65_536 - 30 + shift);
    const { children } = await read(`<feedback>${padding}<a>R &amp; D & Co &#65;</a></feedback>`);
    assert.equal(children[0]?.text, 'R & D & Co A', `${shift}`);
  }
});

test('another root is not found', async () => {
  assert.deepEqual(await read('<invoice><a/></invoice>'), { found: false, children: [] });
  assert.deepEqual(await read('no markup'), { found: false, children: [] });
});

test('the reading ends when no more children are wanted, and where the document is cut', async () => {
  assert.equal((await read(`<feedback>${'<a/>'.repeat(10)}`, 3)).children.length, 3);
  assert.equal((await read('<feedback><a/><b>')).children.length, 1);
});

test('some faults are passed over', async () => {
  const { found, children } = await read('<feedback><a>1 & 2</a><b x="1" x="2">y</b><c>z</c></feedback>');
  assert.equal(found, true);
  assert.deepEqual(children.map(({ name }) => name), ['a', 'b', 'c']);
  assert.equal(children[2]?.text, 'z');
});

const GARBAGE: Readonly<Record<string, string>> = {
  'faults without end': `<feedback>${'<&'.repeat(10_000)}`,
  'tags that never close': `<feedback>${'<a>'.repeat(10_000)}`,
  'attributes without end': `<feedback><a ${'b="" '.repeat(10_000)}/>`,
  'text without end': `<feedback>${'x'.repeat(1_000_000)}`,
};

test('garbage is given up', async () => {
  for (const [name, xml] of Object.entries(GARBAGE)) {
    await assert.rejects(read(xml), { name: 'ReportFault', message: /broken/ }, name);
  }
});

test('a deadline ends the reading', async () => {
  const reading = { root: 'feedback', deadline: AbortSignal.abort(), onChild: () => true };
  await assert.rejects(readXmlChildren('<feedback/>', reading), { name: 'ReportFault', message: /too long/ });
});
