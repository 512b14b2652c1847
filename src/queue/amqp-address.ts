// Reads `rabbitmq-address`: AMQP URLs, and MailerQ's older form of several hosts in one URL, as an ordered list of brokers.

/** One broker to try. */
export interface AmqpAddress {
  readonly protocol: 'amqp' | 'amqps';
  readonly hostname: string;
  readonly port: number;
  readonly username: string;
  readonly password: string;
  readonly vhost: string;
  /** `host:port/vhost`, for logs: never holds credentials. */
  readonly label: string;
}

const DEFAULT_PORTS = { amqp: 5672, amqps: 5671 } as const;
const EXPECTED = 'expected amqp://user:password@host:port/vhost or amqps://… (special characters percent-encoded)';

/**
 * Parses broker URLs in the order in which they are to be tried; throws an Error that names the address without its
 * password. `amqp://user:password@host1;host2/vhost` (MailerQ up to 4.3) stands for one URL per host.
 */
export function parseAmqpAddresses(texts: readonly string[]): readonly AmqpAddress[] {
  const addresses = texts.flatMap(expandHosts).map(parseAmqpAddress);
  if (addresses.length === 0) throw new Error(`rabbitmq-address: empty, ${EXPECTED}`);
  return addresses;
}

/** Turns a URL with a host list into one URL per host. */
function expandHosts(text: string): string[] {
  return text.split(/;\s*(?=amqps?:)/i).flatMap((url) => {
    const [, front = '', authority = '', rest = ''] = /^([a-z]+:\/\/)([^/?#]*)(.*)$/is.exec(url.trim()) ?? [];
    if (front === '') return [url.trim()];
    // The last @ ends the credentials: a password may hold another one, and semicolons too.
    const hostsAt = authority.lastIndexOf('@') + 1;
    const credentials = authority.slice(0, hostsAt);
    return authority.slice(hostsAt).split(';').map((host) => `${front}${credentials}${host.trim()}${rest}`);
  });
}

function parseAmqpAddress(text: string): AmqpAddress {
  const url = URL.parse(text);
  const protocol = url?.protocol === 'amqp:' ? 'amqp' : url?.protocol === 'amqps:' ? 'amqps' : undefined;
  if (url === null || protocol === undefined || url.hostname === '') throw toAddressError(text, EXPECTED);
  if (url.search !== '' || url.hash !== '') throw toAddressError(text, 'expected nothing after the virtual host');
  const anonymous = url.username === '' && url.password === '';
  const hostname = url.hostname.replace(/^\[|\]$/g, '');
  const port = url.port === '' ? DEFAULT_PORTS[protocol] : Number(url.port);
  const vhost = decode(url.pathname.slice(1)) || '/';
  return {
    protocol,
    hostname,
    port,
    username: anonymous ? 'guest' : decode(url.username),
    password: anonymous ? 'guest' : decode(url.password),
    vhost,
    label: `${url.hostname}:${port}/${vhost === '/' ? '' : vhost}`,
  };
}

function decode(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    // A lone % in a password that nobody encoded: take it as it stands.
    return text;
  }
}

function toAddressError(text: string, expectation: string): Error {
  const masked = text.replace(/^([a-z]+:\/\/[^:/]*:).*@/i, '$1***@');
  return new Error(`rabbitmq-address: cannot use '${masked}': ${expectation}`);
}
