// Reads X-Forwarded-For: the client that the nearest proxies we know name, whatever anybody before them has written.

import { normalizeIp, parseIpAddress } from '../mail/ip-address.ts';

/** A client as a proxy names it. */
export interface ForwardedClient {
  readonly address: string;
  /** 0 where the proxy does not say. */
  readonly port: number;
}

const V4_WITH_PORT = /^([\d.]+)(?::(\d{1,5}))?$/;
const V6_WITH_PORT = /^\[([^\]]*)\](?::(\d{1,5}))?$/;

/**
 * The rightmost address that is not of a listed proxy itself, or the leftmost of all when all of them are. Undefined when
 * what stands there is no address: further left only the client itself can have written.
 */
export function readForwarded(header: string, isForwarder: (address: string) => boolean): ForwardedClient | undefined {
  let client: ForwardedClient | undefined;
  for (const element of header.split(',').reverse()) {
    client = parseElement(element.trim());
    if (client === undefined || !isForwarder(client.address)) return client;
  }
  return client;
}

function parseElement(text: string): ForwardedClient | undefined {
  const [, address = text, port = '0'] = V4_WITH_PORT.exec(text) ?? V6_WITH_PORT.exec(text) ?? [];
  if (parseIpAddress(address) === undefined || Number(port) > 65_535) return undefined;
  return { address: normalizeIp(address), port: Number(port) };
}
