// Addresses of DNS servers: what is read, and what is refused.

import { nameServers } from '../../src/config/name-servers.ts';
import { testValueType } from '../support/value-cases.ts';

testValueType('nameServers()', nameServers(), {
  reads: [
    ['192.0.2.53', [{ address: '192.0.2.53', port: 53 }]],
    ['192.0.2.53:5353, 127.0.0.1', [{ address: '192.0.2.53', port: 5353 }, { address: '127.0.0.1', port: 53 }]],
    ['2001:db8::53;[::1]:54;[::2]', [
      { address: '2001:db8::53', port: 53 },
      { address: '::1', port: 54 },
      { address: '::2', port: 53 },
    ]],
    ['fe80::1%eth0', [{ address: 'fe80::1%eth0', port: 53 }]],
  ],
  refuses: [
    ['dns.example.com', '"dns.example.com" is not the address of a server'],
    ['192.0.2.1,192.0.2.300', '"192.0.2.300" is not the address of a server'],
    ['192.0.2.1:0', '"192.0.2.1:0" is not the address of a server'],
    ['192.0.2.1:65536', '"192.0.2.1:65536" is not the address of a server'],
    ['[192.0.2.1]:53', '"[192.0.2.1]:53" is not the address of a server'],
    ['192.0.2.1:53:53', '"192.0.2.1:53:53" is not the address of a server'],
    ['udp://192.0.2.1', '"udp://192.0.2.1" is not the address of a server'],
    [',', '"," names no server'],
  ],
});
