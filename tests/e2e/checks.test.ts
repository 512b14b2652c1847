// Checks through the gateway: a real client, name server and spamd; the results in the record and in the header.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { startKnot } from '../checks/support/knot.ts';
import { startSpamd } from '../checks/support/spamd.ts';
import { removeGateway, startGateway } from '../support/gateway.ts';
import { CLIENTS } from '../support/mail-clients.ts';
import { KEY_RECORD, seal, signMessage } from '../support/signed-message.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';
import { assertRecord } from '../support/validate-record.ts';

const ZONE = {
  origin: 'test',
  records: [
    '$ORIGIN example.test.',
    '@ TXT "v=spf1 ip4:127.0.0.1 -all"',
    '_dmarc TXT "v=DMARC1; p=reject"',
    `s1._domainkey TXT ${(KEY_RECORD.match(/.{1,255}/g) ?? []).map((piece) => `"${piece}"`).join(' ')}`,
  ],
};
const MESSAGE = [
  'Authentication-Results: mx.example.org; spf=pass smtp.mailfrom=forged',
  'From: Anna <anna@example.test>',
  'To: Bob <bob@local.test>',
  'Date: Sat, 21 Nov 2026 10:00:00 +0000',
  'Message-ID: <1@example.test>',
  'Subject: Lunch on Tuesday',
  '',
  'Shall we meet at noon?',
  '',
].join('\r\n');
const client = CLIENTS.find(({ door }) => door === 'smtp') ?? assert.fail('no client');

test('the gateway checks what a client brings and tells those who want to know', async (context) => {
  const [nameServer, spamd] = await Promise.all([startKnot(context, ZONE), startSpamd(context)]);
  const localAddresses = join(makeTemporaryDirectory(context), 'local');
  writeFileSync(localAddresses, 'exact bob@local.test\n');
  const gateway = await startGateway({
    config: {
      'smtp-hostname': 'mx.example.org',
      'smtp-check': 'spf,dkim,dmarc,arc,spam',
      'smtp-auth-results': 'local',
      'local-addresses': localAddresses,
      'dns-nameserver': `127.0.0.1:${nameServer.port}`,
      'spamassassin-host': spamd.host,
      'spamassassin-port': spamd.port,
      'spamassassin-timeout': 60,
    },
  });
  context.after(() => removeGateway(gateway));
  const signed = await seal(await signMessage(MESSAGE, { domain: 'example.test' }), { domain: 'example.test' });
  for (const to of ['bob@local.test', 'eve@other.test']) {
    const { ports, directory } = gateway;
    await client.send({ ports, directory, content: Buffer.from(signed), from: 'anna@example.test', to });
  }
  const lines = (await gateway.run('queue', 'get', 'inbox')).trim().split('\n');
  const [local = {}, other = {}] = lines.map((line) => assertRecord(JSON.parse(line)));
  for (const record of [local, other]) {
    const checks = record['checks'] as readonly { readonly [name: string]: unknown }[];
    assert.deepEqual(checks.map((check) => Object.keys(check)[0]), ['spf', 'dkim', 'dmarc', 'arc', 'spam']);
    const words = checks.map(({ spam, ...check }) => spam === undefined ? Object.values(check)[0] : resultOf(spam));
    assert.deepEqual(words, Array(5).fill('pass'), JSON.stringify(checks));
  }
  const [mime, plain] = [String(local['mime']), String(other['mime'])];
  assert.match(mime, /^Authentication-Results: mx\.example\.org;\r\n\tspf=pass smtp\.mailfrom=anna@example\.test;\r\n/);
  assert.match(mime, /;\r\n\tarc=pass\r\nReceived: from /);
  assert.doesNotMatch(mime, /forged/);
  assert.match(plain, /^Received: from /);
  assert.ok(plain.endsWith(signed));
});

function resultOf(spam: unknown): unknown {
  return (spam as { readonly result?: unknown }).result;
}
