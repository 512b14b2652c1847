// The host and port of a backend's URL.

import { isIPv6 } from 'node:net';
import { type Parsed, parsed, problem } from '../mail/parsed.ts';

/** Where a backend listens; an IPv6 address is without brackets. */
export interface HostPort {
  readonly host: string;
  readonly port: number;
}

const FORM = /^(?:\[([^\]]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?$/;

/** Reads `host`, `host:port` or `[IPv6]:port`; the problem quotes nothing. */
export function parseHostPort(text: string, defaultPort: number): Parsed<HostPort> {
  const [, ipv6, name = '', port = String(defaultPort)] = FORM.exec(text) ?? [];
  if (ipv6 === undefined ? name === '' : !isIPv6(ipv6)) return problem('has no valid host');
  if (Number(port) < 1 || Number(port) > 65535) return problem('has no valid port');
  return parsed({ host: ipv6 ?? name, port: Number(port) });
}

/** The text of it, with brackets where they are needed. */
export function toHostPortText({ host, port }: HostPort): string {
  return `${host.includes(':') ? `[${host}]` : host}:${port}`;
}
