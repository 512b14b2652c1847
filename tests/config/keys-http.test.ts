// The keys of the HTTP door: defaults and values.

import { HTTP_KEYS } from '../../src/config/keys-http.ts';
import { testKeys } from '../support/key-cases.ts';

const everybody = { network: { bits: 128, value: 0n }, prefix: 0 } as const;

testKeys(HTTP_KEYS, {
  'http-ip': { initial: [], text: '::1;127.0.0.1', value: ['::1', '127.0.0.1'] },
  'http-port': { initial: [8485], text: '0', value: [] },
  'http-range': { initial: undefined, text: '::/0', value: [everybody] },
  'http-maxsize': { initial: 104857600, text: '1GB', value: 1073741824 },
});
