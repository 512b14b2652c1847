// Certificates and ciphers: what each value type reads and refuses.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { takesCipherStrings } from '../../src/net/secure-context.ts';
import { certificatePath, cipherString } from '../../src/config/certificates.ts';
import { testValueType } from '../support/value-cases.ts';

testValueType('certificatePath()', certificatePath(), {
  reads: [['/etc/mx.pem', '/etc/mx.pem'], ['self-signed', 'self-signed'], ['./self-signed', './self-signed']],
  refuses: [],
});

testValueType('cipherString()', cipherString(), {
  reads: [
    ['HIGH', 'HIGH'],
    ['ECDHE-RSA-AES256-GCM-SHA384:HIGH:!aNULL', 'ECDHE-RSA-AES256-GCM-SHA384:HIGH:!aNULL'],
    [
      '!aNULL:!eNULL:!LOW:!SSLv2:!EXPORT:!EXPORT56:FIPS:MEDIUM:HIGH:@STRENGTH',
      '!aNULL:!eNULL:!LOW:!SSLv2:!EXPORT:!EXPORT56:FIPS:MEDIUM:HIGH:@STRENGTH',
    ],
  ],
  // A runtime that takes no cipher strings need not understand them.
  refuses: takesCipherStrings ? [['NO-SUCH-CIPHER', '"NO-SUCH-CIPHER" chooses no cipher']] : [],
});

test('certificatePath() asks for a readable file, for everything but self-signed', () => {
  const { readable } = certificatePath();
  assert.ok(typeof readable === 'function');
  assert.deepEqual(['/etc/mx.pem', 'self-signed', './self-signed'].map(readable), [true, false, true]);
});
