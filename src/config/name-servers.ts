// The value type of DNS servers: addresses with or without a port.

import { parseIpAddress } from '../mail/ip-address.ts';
import { parsed, problem } from '../mail/parsed.ts';
import { quote, type ValueType } from './value-type.ts';

/** Where a name server listens. */
export interface NameServer {
  readonly address: string;
  readonly port: number;
}

const DNS_PORT = 53;
const FORM = /^(?:\[([^\]]+)\]|([^:[\]]+))(?::(\d{1,5}))?$/;

/** Servers in the order in which they are asked; a name cannot stand here, for nobody could look it up. */
export function nameServers(): ValueType<readonly NameServer[]> {
  return {
    accepts: 'addresses with or without a port as in 192.0.2.53,[2001:db8::53]:5353',
    parse(text) {
      const servers: NameServer[] = [];
      for (const element of text.split(/[;,]/).map((part) => part.trim()).filter((part) => part !== '')) {
        const server = readServer(element);
        if (server === undefined) return problem(`${quote(element)} is not the address of a server`);
        servers.push(server);
      }
      return servers.length === 0 ? problem(`${quote(text)} names no server`) : parsed(servers);
    },
  };
}

function readServer(text: string): NameServer | undefined {
  // An IPv6 address without brackets has no port.
  if (parseIpAddress(text) !== undefined) return { address: text, port: DNS_PORT };
  const [, ipv6, ipv4 = '', digits = String(DNS_PORT)] = FORM.exec(text) ?? [];
  const [address, port] = [ipv6 ?? ipv4, Number(digits)];
  if (parseIpAddress(address) === undefined || address.includes(':') !== (ipv6 !== undefined)) return undefined;
  return port >= 1 && port <= 65535 ? { address, port } : undefined;
}
