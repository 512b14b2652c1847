// The value type of broker addresses: AMQP URLs as MailerQ's files write them, made canonical for the AMQP client.

import { parseIpAddress } from '../mail/ip-address.ts';
import { type Parsed, parsed, problem } from '../mail/parsed.ts';
import { maskPasswords } from './mask-passwords.ts';
import { quote, type ValueType } from './value-type.ts';

const BOUNDARY = /\s*[,;]\s*(?=amqps?:\/\/)/i;
// The user part is taken up to the last @: passwords in MailerQ's files stand there as they are.
const URL_PARTS = /^(amqps?):\/\/(?:(.*)@)?([^@/?#]+)(?:\/([^/?#]*))?$/i;
const HOST_PARTS = /^(\[[0-9A-Fa-f:.]+\]|[A-Za-z0-9._-]+)(?::(\d{1,5}))?$/;

/** Addresses of one broker cluster, in the order in which they are tried; each value is one AMQP URL. */
export function brokerAddresses(): ValueType<readonly string[]> {
  return {
    accepts: 'AMQP URLs as in amqp://user:password@host:5672/vhost, separated by commas',
    parse(text) {
      const urls: string[] = [];
      for (const piece of text.split(BOUNDARY)) {
        const expanded = parseBrokerUrl(piece);
        if (!expanded.ok) return expanded;
        urls.push(...expanded.value);
      }
      return parsed([...new Set(urls)]);
    },
  };
}

/** One URL; `amqp://user:password@host1;host2/vhost` (MailerQ up to 4.3) is one for each host. */
function parseBrokerUrl(text: string): Parsed<readonly string[]> {
  const [, scheme, user, hosts, vhost] = URL_PARTS.exec(text) ?? [];
  if (scheme === undefined || hosts === undefined) {
    return problem(`${quote(maskPasswords(text))} is not an AMQP URL`);
  }
  const urls: string[] = [];
  for (const host of hosts.split(/[;,]/).map((element) => element.trim()).filter((element) => element !== '')) {
    if (!isHost(host)) return problem(`${quote(maskPasswords(text))} has no valid host`);
    const login = user === undefined ? '' : `${toLogin(user)}@`;
    urls.push(`${scheme.toLowerCase()}://${login}${host}${vhost === undefined ? '' : `/${encode(vhost)}`}`);
  }
  return urls.length === 0 ? problem(`${quote(maskPasswords(text))} has no host`) : parsed(urls);
}

function isHost(text: string): boolean {
  const [, name = '', port = '5672'] = HOST_PARTS.exec(text) ?? [];
  if (name === '' || Number(port) < 1 || Number(port) > 65535) return false;
  return !name.startsWith('[') || parseIpAddress(name.slice(1, -1)) !== undefined;
}

function toLogin(user: string): string {
  const colon = user.indexOf(':');
  return colon < 0 ? encode(user) : `${encode(user.slice(0, colon))}:${encode(user.slice(colon + 1))}`;
}

/** Percent-encodes what is not yet encoded; a text with a stray `%` is taken to be raw altogether. */
function encode(text: string): string {
  try {
    return encodeURIComponent(decodeURIComponent(text));
  } catch {
    return encodeURIComponent(text);
  }
}
