// What SPF, DKIM and DMARC cost, each alone and together, with a name server of Debian's on loopback and warm answers.
import { createSign, generateKeyPairSync, verify } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import type { TestContext } from 'node:test';
import { startKnot } from '../../../tests/checks/support/knot.ts';
import { drainQueue } from '../../../tests/support/amqp-drain.ts';
import { KEY_RECORD, signMessage } from '../../../tests/support/signed-message.ts';
import type { Cleanup } from '../cleanup.ts';
import { makeContent } from '../content.ts';
import type { Contender, Load, Surroundings } from '../contender.ts';
import { startGateway } from '../contenders/gateway.ts';
import { withContenders } from '../contenders/group.ts';
import { type Bench, compare } from '../rounds.ts';

/** The section of checks. */
export const CHECKS = 'checks';
/** Its only row. */
export const CHECKED_LOAD = '4 KiB, signed';
/** The gateway with none of them, with all of them, and what is no gateway. */
export const [NO_CHECKS, ALL_CHECKS, ONE_SIGNATURE] = [
  'none',
  'spf,dkim,dmarc',
  'RSA-2048 verification alone',
] as const;

const SMALL = 4096;
const SENDER = 'sender@bench.test';
const RSA_RUNS = 2000;

const ZONE = {
  origin: 'test',
  records: [
    '$ORIGIN bench.test.',
    '@ TXT "v=spf1 ip4:127.0.0.1 -all"',
    '_dmarc TXT "v=DMARC1; p=reject"',
    `s1._domainkey TXT ${(KEY_RECORD.match(/.{1,255}/g) ?? []).map((piece) => `"${piece}"`).join(' ')}`,
  ],
};

/** A gateway for each set of checks; all get the same signed mail. */
export async function runChecks(
  bench: Bench,
  { surroundings, cleanup }: { readonly surroundings: Surroundings; readonly cleanup: Cleanup },
): Promise<void> {
  const context = { after: (step: () => unknown) => cleanup.add(step) } as unknown as TestContext;
  const server = await startKnot(context, ZONE);
  const file = join(surroundings.directory, 'signed.eml');
  writeFileSync(file, await makeSignedMail());
  const sets = [NO_CHECKS, 'spf', 'dkim', 'dmarc', ALL_CHECKS];
  const start = (set: string) => () => {
    const dns = { 'dns-nameserver': `127.0.0.1:${server.port}` };
    return startGateway(surroundings, { name: set, config: set === NO_CHECKS ? {} : { ...dns, 'smtp-check': set } });
  };
  await withContenders(sets.map(start), async (contenders) => {
    const mail = { bytes: SMALL, sessions: bench.options.sessions, file, from: SENDER };
    for (const contender of contenders) await expectPass(contender, { url: surroundings.amqpUrl, load: mail });
    await compare(bench, { section: CHECKS, load: CHECKED_LOAD, contenders, mail, trial: 500 });
  });
  bench.results.add({ section: CHECKS, load: CHECKED_LOAD, contender: ONE_SIGNATURE }, measureVerification());
}

/** A check that finds nothing to do is cheap: what is measured has to be a signature that was found good. */
async function expectPass(
  { name, send }: Contender,
  { url, load }: { readonly url: string; readonly load: Omit<Load, 'messages'> },
): Promise<void> {
  await send({ ...load, messages: 1 });
  const [record] = await drainQueue(url, name.replaceAll(/\W+/g, '-'));
  const { checks = [] } = JSON.parse(String(record?.body)) as { readonly checks?: readonly object[] };
  const results = checks.map((check) => Object.entries(check)[0]?.join('='));
  const wanted = name === NO_CHECKS ? [] : name.split(',').map((check) => `${check}=pass`);
  if (wanted.some((result) => !results.includes(result))) throw new Error(`${name} came to ${results.join(', ')}`);
}

/** smtp-source wants lines that end in LF, and puts CRLF in their place. */
async function makeSignedMail(): Promise<string> {
  const wire = makeContent('text', SMALL).toString('latin1');
  const plain = wire.slice(0, -'.\r\n'.length).replaceAll('sender@example.com', SENDER);
  return (await signMessage(plain, { domain: 'bench.test' })).replaceAll('\r\n', '\n');
}

function measureVerification(): { readonly rate: number; readonly cpuUs: number } {
  const { privateKey, publicKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const data = Buffer.alloc(500, 'x');
  const signature = createSign('sha256').update(data).sign(privateKey);
  const [used, start] = [process.cpuUsage(), performance.now()];
  for (let run = 0; run < RSA_RUNS; run++) verify('sha256', data, publicKey, signature);
  const { user, system } = process.cpuUsage(used);
  return { rate: RSA_RUNS / (performance.now() - start) * 1000, cpuUs: (user + system) / RSA_RUNS };
}
