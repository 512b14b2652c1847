// Tables: every column has a head, and cells are HTML already.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { markup } from '../../../src/http/api/markup.ts';
import { toTable } from '../../../src/http/api/table.ts';

test('toTable() names the columns and escapes their names only', () => {
  const { text } = toTable(['A&B', 'C'], [[markup`<b>1</b>`, markup`${'<'}`], [markup`2`, markup``]]);
  assert.equal(
    text.replaceAll('\n', ''),
    '<table><thead><tr><th scope="col">A&#38;B</th><th scope="col">C</th></tr></thead>' +
      '<tbody><tr><td><b>1</b></td><td>&#60;</td></tr><tr><td>2</td><td></td></tr></tbody></table>',
  );
});
