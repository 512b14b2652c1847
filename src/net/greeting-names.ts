// The name under which the gateway greets, by the address a client reached.

import { promises as dns } from 'node:dns';
import { hostname, networkInterfaces } from 'node:os';
import { isLoopback, normalizeIp } from '../mail/ip-address.ts';

/** Name for a local address; the same name for the same address as long as the gateway runs. */
export type GreetingNames = (localAddress: string) => string;

/** What `loadGreetingNames` asks. */
export interface GreetingNameOptions {
  /** Names by canonical address, before any other (MailerQ: its MTA names). */
  readonly byAddress: ReadonlyMap<string, string>;
  /** MailerQ: smtp-hostname. */
  readonly configured: string | undefined;
  /** How long the start may wait for reverse DNS, in milliseconds. */
  readonly timeoutMs: number;
  readonly reverse?: (address: string) => Promise<readonly string[]>;
  readonly addresses?: readonly string[];
  readonly osName?: string;
}

const HOST_NAME = /^(?=.{1,255}$)[a-z\d_](?:[a-z\d_-]*[a-z\d_])?(?:\.[a-z\d_](?:[a-z\d_-]*[a-z\d_])?)*$/i;

/**
 * Chooses the names: the one configured for the address, else smtp-hostname, else the reverse DNS name of each local
 * address, else the host name of the operating system. Looked up once, at the start: a greeting never waits for DNS.
 */
export async function loadGreetingNames(options: GreetingNameOptions): Promise<GreetingNames> {
  const { byAddress, configured, osName = hostname() } = options;
  const fallback = configured ?? (HOST_NAME.test(osName) ? osName : 'localhost');
  const found = configured === undefined ? await lookUpNames(options) : undefined;
  return (localAddress) => {
    const address = normalizeIp(localAddress);
    return byAddress.get(address) ?? found?.get(address) ?? fallback;
  };
}

async function lookUpNames(options: GreetingNameOptions): Promise<ReadonlyMap<string, string>> {
  const { timeoutMs, reverse = dns.reverse, addresses = publicAddresses() } = options;
  const names = new Map<string, string>();
  const lookUps = addresses.map(async (address) => {
    const [name = ''] = await reverse(address).catch((): readonly string[] => []);
    // Whoever owns the reverse zone chose this text; only a host name may reach replies and headers.
    const bare = name.replace(/\.$/, '');
    if (HOST_NAME.test(bare)) names.set(normalizeIp(address), bare);
  });
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise((resolve) => timer = setTimeout(resolve, timeoutMs));
  await Promise.race([Promise.all(lookUps), deadline]);
  clearTimeout(timer);
  return new Map(names);
}

function publicAddresses(): string[] {
  const all = Object.values(networkInterfaces()).flatMap((entries) => entries ?? []);
  return all.map(({ address }) => address).filter((address) => !isLoopback(address) && !/^fe80:/i.test(address));
}
