// Runs the checks on a message against a small world of its own: a zone, a key, and nobody where spamd should be.
import type { CheckName } from '../../src/checks/check.ts';
import { type CheckedMessage, createChecker } from '../../src/checks/checker.ts';
import { DnsFailure } from '../../src/checks/dns-exchange.ts';
import type { Resolver } from '../../src/checks/resolver.ts';
import { splitHeaderSection } from '../../src/mail/header-section.ts';
import { freePorts } from './free-port.ts';
import { createRecordingLog } from './recording-log.ts';
import { KEY_RECORD } from './signed-message.ts';

/** Without signatures, of an author whose policy is strict. */
export const MESSAGE = 'From: A <a@example.test>\r\nTo: b@b.test\r\nSubject: x\r\n\r\nhello\r\n';
/** Whom the policy of the author lets send. */
export const client = { mailFrom: 'bounce@example.test', helo: 'host.example.test', remoteIp: '192.0.2.1' };
const zone: Readonly<{ [question: string]: string }> = {
  'TXT example.test': 'v=spf1 ip4:192.0.2.1 -all',
  'TXT host.example.test': 'v=spf1 -all',
  'TXT slow.example.test': 'ETIMEOUT',
  'TXT slow.test': 'ETIMEOUT',
  'TXT s1._domainkey.example.test': KEY_RECORD,
  'TXT s1._domainkey.stranger.test': KEY_RECORD,
  'TXT late._domainkey.example.test': 'ESERVFAIL',
  'TXT late._domainkey.stranger.test': 'ETIMEOUT',
  'TXT _dmarc.example.test': 'v=DMARC1; p=reject',
  'TXT _dmarc.late.test': 'ETIMEOUT',
};
const resolver: Resolver = {
  async resolve(name, type) {
    const value = zone[`${type} ${name}`] ?? 'ENOTFOUND';
    if (/^E[A-Z]+$/.test(value)) throw new DnsFailure(value, { question: { name, type } });
    return [[value]];
  },
};

/** The text as a message on its way through the checks. */
export function toMessage(text: string, more: Partial<CheckedMessage> = {}): CheckedMessage {
  return { ...splitHeaderSection([Buffer.from(text)]), client, mta: 'mx.test', session: 's', ...more };
}

/** What the checks find, and the events that tell of it. */
export async function runChecks(
  message: CheckedMessage,
  { checks, ...more }: {
    readonly checks: readonly CheckName[];
    readonly resolver?: Resolver;
    readonly lookupsMs?: number;
    readonly onChecked?: (check: CheckName, seconds: number) => void;
  },
) {
  const log = createRecordingLog();
  const spamd = { host: '127.0.0.1', port: (await freePorts(1))[0] ?? 0, timeoutMs: 1000 };
  const results = await createChecker({ checks, resolver, spamd, log, ...more }).run(message);
  return { results, events: log.events.map(({ event }) => event) };
}
