// The keys of the checks: defaults and values.

import { CHECK_KEYS } from '../../src/config/keys-checks.ts';
import { testKeys } from '../support/key-cases.ts';

testKeys(CHECK_KEYS, {
  'smtp-check': { initial: [], text: 'spam, DKIM,spf', value: ['spf', 'dkim', 'spam'] },
  'smtp-auth-results': { initial: [], text: 'nonlocal,local', value: ['local', 'nonlocal'] },
  'spamassassin-host': { initial: 'localhost', text: '::1', value: '::1' },
  'spamassassin-port': { initial: 783, text: '7830', value: 7830 },
  'spamassassin-timeout': { initial: 10, text: '0.5', value: 0.5 },
  'dns-nameserver': { initial: undefined, text: '127.0.0.1:5353', value: [{ address: '127.0.0.1', port: 5353 }] },
  'dns-timeout': { initial: 5, text: '60.0', value: 60 },
  'dns-attempts': { initial: 2, text: '10', value: 10 },
});
