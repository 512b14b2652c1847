// HTML by templates: nothing in a value becomes markup.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Markup, markup, prose } from '../../../src/http/api/markup.ts';

const cases = [
  { name: 'plain text', made: markup`<p>${'a'}</p>`, expected: '<p>a</p>' },
  {
    name: 'markup in a value',
    made: markup`<p title="${`"x' &`}">${'<b>'}</p>`,
    expected: '<p title="&#34;x&#39; &#38;">&#60;b&#62;</p>',
  },
  { name: 'HTML in a value', made: markup`<p>${markup`<b>${'<'}</b>`}</p>`, expected: '<p><b>&#60;</b></p>' },
  { name: 'a list', made: markup`${[markup`<i>`, '<', 1, ['&']]}`, expected: '<i>&#60;1&#38;' },
  { name: 'a backslash', made: markup`a\n${'\\'}`, expected: 'a\n\\' },
  { name: 'code in prose', made: prose('a `<b>` c'), expected: 'a <code>&#60;b&#62;</code> c' },
  { name: 'HTML as it stands', made: markup`${new Markup('<hr>')}`, expected: '<hr>' },
];
for (const { name, made, expected } of cases) {
  test(`markup makes ${name} what it should be`, () => assert.equal(made.text, expected));
}
