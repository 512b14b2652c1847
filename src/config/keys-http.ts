// The keys of the HTTP door.

import { addresses, ports, ranges } from './endpoints.ts';
import { key, optionalKey } from './key.ts';
import { size } from './numbers.ts';

/** Rows of the HTTP door, in the order in which they are shown. */
export const HTTP_KEYS = {
  'http-ip': key({
    type: addresses(),
    default: '',
    aliases: ['www-ip'],
    without: 'all addresses',
    doc: 'Local addresses on which the HTTP ports are opened.',
    mailerq: 'www-ip, which takes one address',
  }),
  'http-port': key({
    type: ports(),
    default: '8485',
    aliases: ['www-port'],
    doc: 'Ports of the HTTP door. 0 or empty: none.',
    mailerq: 'www-port, the port of its management console and REST API',
  }),
  'http-range': optionalKey({
    type: ranges(),
    without: 'loopback only',
    doc: 'Who may use the HTTP door; everybody else gets 403. 0.0.0.0/0;::/0 lets everybody in.',
  }),
  'http-maxsize': key({
    type: size(),
    default: '100MB',
    doc: 'The largest request body that is read; more gets 413.',
  }),
} as const;
