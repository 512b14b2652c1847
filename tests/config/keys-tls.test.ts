// The keys of TLS: defaults and values.

import { TLS_KEYS } from '../../src/config/keys-tls.ts';
import { testKeys } from '../support/key-cases.ts';

const certificate = 'smtp-certificate: self-signed\n';
const path = '/etc/mx.pem';

testKeys(TLS_KEYS, {
  'smtp-secure-port': { initial: [], text: '465,2465-2466', value: [465, 2465, 2466], beside: certificate },
  'smtp-certificate': { initial: undefined, text: 'self-signed', value: 'self-signed' },
  'smtp-key': { initial: undefined, text: path, value: path, beside: `smtp-certificate: ${path}\n` },
  'smtp-ciphers': { initial: undefined, text: 'HIGH:!aNULL', value: 'HIGH:!aNULL' },
}, { files: { [path]: '' } });
