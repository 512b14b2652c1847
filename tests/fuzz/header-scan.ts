// The scan of the header section under random content: it loses no byte and never leaves the section.

import assert from 'node:assert/strict';
import { headerFields, splitHeaderSection, unfoldedValue } from '../../src/mail/header-section.ts';
import type { FuzzTarget } from './fuzz-target.ts';
import { drawContent } from './tokens.ts';

export const headerScan: FuzzTarget = {
  name: 'header scan',
  check(random) {
    const content = drawContent(random);
    const { header, body } = splitHeaderSection(random.cut(content));
    assert.ok(Buffer.concat([header, ...body]).equals(content));
    let position: number | undefined;
    for (const field of headerFields(header)) {
      assert.equal(field.start, position ?? field.start);
      assert.ok(field.start < field.valueStart && field.valueStart <= field.end && field.end <= header.length);
      assert.match(field.name, /^[!-9;-~]+$/);
      assert.equal(/^[ \t\r\n]|[ \t\r\n]$/.test(unfoldedValue(header, field)), false);
      position = field.end;
    }
  },
};
