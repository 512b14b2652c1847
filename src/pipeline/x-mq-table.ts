// The table of x-mq-* headers (MailerQ 5.13, MIME headers): which property each becomes, and how its text is read.

import { isIP } from 'node:net';
import { GATEWAY_NAMES, MESSAGE_NAMES } from '../mail/gateway-names.ts';
import type { JsonValue } from '../queue/record.ts';

/** How one header becomes part of a property. */
export interface XMqRule {
  /** Property, or property and member: `queues.results`. */
  readonly target: string;
  /** Reads one header's text; undefined when it does not fit. */
  readonly read: (text: string) => JsonValue | undefined;
  /** Values add up to an array over repeated headers; otherwise the last one counts. */
  readonly adds?: true;
}

const text = (value: string): JsonValue => value;
const integer = (value: string) => (/^\d{1,15}$/.test(value) ? Number(value) : undefined);
const keyword = (value: string): JsonValue => value.toUpperCase();

function flag(value: string): JsonValue | undefined {
  if (/^(?:1|true|yes)$/i.test(value)) return true;
  return /^(?:0|false|no)$/i.test(value) ? false : undefined;
}

function port(value: string): JsonValue | undefined {
  const number = integer(value);
  return number !== undefined && number >= 1 && number <= 65535 ? number : undefined;
}

function integers(value: string): JsonValue | undefined {
  const numbers = value.split(',').map((part) => integer(part.trim()));
  return numbers.every((number) => number !== undefined) ? numbers : undefined;
}

/** One header may hold several addresses (`,` or `;`); an address that is none spoils the header. */
function ips(value: string): JsonValue | undefined {
  const addresses = value.split(/[,;]/).map((part) => part.trim()).filter((part) => part !== '');
  return addresses.length > 0 && addresses.every((address) => isIP(address) > 0) ? addresses : undefined;
}

/** `YYYY-MM-DD HH:MM:SS`, UTC. */
function time(value: string): JsonValue | undefined {
  return /^\d{4}-\d\d-\d\d \d\d:\d\d:\d\d$/.test(value) ? value : undefined;
}

/** By header name without `x-mq-`; any other name becomes a property of that name. */
export const X_MQ_RULES: ReadonlyMap<string, XMqRule> = new Map<string, XMqRule>([
  ['ip', { target: 'ips', read: ips, adds: true }],
  ['tag', { target: 'tags', read: (value) => [value], adds: true }],
  ['pool', { target: 'pool', read: text }],
  // MailerQ 5.4 renamed the property; the header kept its name.
  ['delayed', { target: 'nextattempt.time', read: time }],
  ['maxdelivertime', { target: 'maxdelivertime', read: time }],
  ['maxattempts', { target: 'maxattempts', read: integer }],
  ['retries', { target: 'retries', read: integers }],
  ['inlinecss', { target: 'inlinecss', read: flag }],
  ['keepmime', { target: 'keepmime', read: flag }],
  ['results-queue', { target: 'queues.results', read: text }],
  ['failure-queue', { target: 'queues.failure', read: text }],
  ['success-queue', { target: 'queues.success', read: text }],
  ['retry-queue', { target: 'queues.retry', read: text }],
  ['smarthost-hostname', { target: 'smarthost.hostname', read: text }],
  ['smarthost-name', { target: 'smarthost.hostname', read: text }], // 4.0 and 4.1
  ['smarthost-port', { target: 'smarthost.port', read: port }],
  ['smarthost-username', { target: 'smarthost.username', read: text }],
  ['smarthost-password', { target: 'smarthost.password', read: text }],
  ['dsn-notify', { target: 'dsn.notify', read: keyword }],
  ['dsn-ret', { target: 'dsn.ret', read: keyword }],
  ['dsn-orcpt', { target: 'dsn.orcpt', read: text }],
  ['dsn-envid', { target: 'dsn.envid', read: text }],
]);

// What the table sets, it alone sets, and in the right type.
const IN_PARTS = ['ips', 'tags', 'queues', 'nextattempt', 'smarthost', 'dsn'];
// MailerQ has no header for these, or keeps them to itself.
const WITHOUT_HEADER = ['data', 'force', 'dkim', 'priority', 'security', 'headers'];
const INTERNAL = ['domain', 'forcedip', 'seen', 'key', 'results', 'spool'];

/** Names that a custom header never sets. */
export const RESERVED_NAMES: ReadonlySet<string> = new Set([
  ...GATEWAY_NAMES,
  ...MESSAGE_NAMES,
  ...IN_PARTS,
  ...WITHOUT_HEADER,
  ...INTERNAL,
  '__proto__',
]);
