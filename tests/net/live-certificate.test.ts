// A certificate that changes under a running server: when it is read, what is reported, and what connections get.
import assert from 'node:assert/strict';
import { renameSync, rmSync, symlinkSync, unlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test, type TestContext } from 'node:test';
import type { CertificateFiles } from '../../src/net/certificate.ts';
import {
  type LiveCertificate,
  type LiveCertificateOptions,
  openLiveCertificate,
} from '../../src/net/live-certificate.ts';
import { makePair, writePair } from '../support/certificates.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

const [first, second] = [makePair('first.example.com'), makePair('second.example.com')];

interface Live {
  readonly live: LiveCertificate;
  /** What was reported since the last call. */
  readonly reported: () => string[];
}

function open(context: TestContext, files: CertificateFiles, options: Partial<LiveCertificateOptions> = {}): Live {
  const lines: string[] = [];
  const live = openLiveCertificate({
    files,
    pollMs: 3_600_000,
    onEvent: (event) => {
      const detail = event.kind === 'failed' ? event.error.message : event.certificate.subject;
      lines.push(`${event.kind} ${detail}${event.kind === 'doubtful' ? `: ${event.doubt}` : ''}`);
    },
    ...options,
  });
  context.after(() => live.close());
  return { live, reported: () => lines.splice(0) };
}

test('The certificate is loaded at the start, and looking at the same files reports nothing', (context) => {
  const { live, reported } = open(context, writePair(makeTemporaryDirectory(context), first));
  assert.deepEqual(reported(), ['loaded CN=first.example.com']);
  const { context: before } = live;
  for (let look = 0; look < 3; look++) live.look();
  assert.deepEqual(reported(), []);
  assert.equal(live.context, before);
});

test('A start without a usable certificate is an error', (context) => {
  const directory = makeTemporaryDirectory(context);
  const files = writePair(directory, { certificate: first.certificate, key: second.key });
  assert.throws(() => open(context, files), /^CertificateError: .*holds the key of another certificate/);
  rmSync(files.keyPath);
  assert.throws(() => open(context, files), /^CertificateError: .*there is no such file/);
});

test('Changed files are read once they have stayed the same from one look to the next', (context) => {
  const directory = makeTemporaryDirectory(context);
  const { live, reported } = open(context, writePair(directory, first));
  const before = live.context;
  reported();
  writePair(directory, second);
  live.look();
  assert.deepEqual(reported(), []);
  live.look();
  assert.deepEqual(reported(), ['loaded CN=second.example.com']);
  assert.notEqual(live.context, before);
  assert.equal(live.credentials.context, live.context);
  assert.equal(live.credentials.certificate.cert, second.certificate);
});

test('A pair that is half there leaves the old certificate, is reported once, and is read when it is complete', (context) => {
  const directory = makeTemporaryDirectory(context);
  const files = writePair(directory, first);
  const { live, reported } = open(context, files);
  const before = live.context;
  reported();
  writeFileSync(files.certificatePath, second.certificate);
  for (let look = 0; look < 5; look++) live.look();
  const [failure = '', ...more] = reported();
  assert.match(failure, /^failed .*holds the key of another certificate/);
  assert.deepEqual(more, []);
  assert.equal(live.context, before);
  writeFileSync(files.keyPath, second.key);
  for (let look = 0; look < 5; look++) live.look();
  assert.deepEqual(reported(), ['loaded CN=second.example.com']);
});

test('Files that vanish leave the old certificate, and their return is told', (context) => {
  const directory = makeTemporaryDirectory(context);
  const files = writePair(directory, first);
  const { live, reported } = open(context, files);
  reported();
  renameSync(files.keyPath, `${files.keyPath}.away`);
  for (let look = 0; look < 3; look++) live.look();
  assert.match(reported().join(), /^failed [^,]*server\.key cannot be read: there is no such file$/);
  assert.equal(live.credentials.certificate.cert, first.certificate);
  renameSync(`${files.keyPath}.away`, files.keyPath);
  for (let look = 0; look < 3; look++) live.look();
  assert.deepEqual(reported(), ['loaded CN=first.example.com']);
});

test('A link that is moved to other files is a change', (context) => {
  const directory = makeTemporaryDirectory(context);
  const [one, two] = [makeTemporaryDirectory(context), makeTemporaryDirectory(context)];
  writePair(one, first);
  writePair(two, second);
  const link = join(directory, 'live');
  symlinkSync(one, link);
  const files = { certificatePath: join(link, 'server.crt'), keyPath: join(link, 'server.key') };
  const { live, reported } = open(context, files);
  unlinkSync(link);
  symlinkSync(two, link);
  live.look();
  live.look();
  assert.deepEqual(reported(), ['loaded CN=first.example.com', 'loaded CN=second.example.com']);
});

test('Files that are written again with the same content are not news', (context) => {
  const directory = makeTemporaryDirectory(context);
  const { live, reported } = open(context, writePair(directory, first));
  reported();
  writePair(directory, { ...first, key: `${first.key}\n` });
  for (let look = 0; look < 3; look++) live.look();
  assert.deepEqual(reported(), []);
});

test('reload() reads at once and always reports', (context) => {
  const directory = makeTemporaryDirectory(context);
  const files = writePair(directory, first);
  const { live, reported } = open(context, files);
  live.reload();
  assert.deepEqual(reported(), ['loaded CN=first.example.com', 'loaded CN=first.example.com']);
  writePair(directory, second);
  live.reload();
  assert.deepEqual(reported(), ['loaded CN=second.example.com']);
  writeFileSync(files.keyPath, '');
  live.reload();
  live.reload();
  assert.match(reported().join(), /^failed [^,]*,failed /);
  assert.equal(live.credentials.certificate.cert, second.certificate);
});

test('A certificate out of its time is used, with a warning each time it is loaded', (context) => {
  const expired = makePair('old.example.com', new Date('2010-01-01T00:00:00Z'));
  const { live, reported } = open(context, writePair(makeTemporaryDirectory(context), expired));
  const lines = ['loaded CN=old.example.com', 'doubtful CN=old.example.com: it expired on 2020-01-01T00:00:00.000Z'];
  assert.deepEqual(reported(), lines);
  live.look();
  assert.deepEqual(reported(), []);
  live.reload();
  assert.deepEqual(reported(), lines);
});

test('A certificate that expires while it is in use is a warning, once', (context) => {
  let now = new Date('2030-01-01T00:00:00Z');
  const pair = makePair('mx.example.com', now);
  const { live, reported } = open(context, writePair(makeTemporaryDirectory(context), pair), { now: () => now });
  live.look();
  assert.deepEqual(reported(), ['loaded CN=mx.example.com']);
  now = new Date('2040-01-01T00:00:01Z');
  live.look();
  live.look();
  assert.deepEqual(reported(), ['doubtful CN=mx.example.com: it expired on 2040-01-01T00:00:00.000Z']);
});

test('A certificate that is not yet valid is a warning', (context) => {
  const pair = makePair('mx.example.com', new Date('2030-01-02T00:00:00Z'));
  const now = () => new Date('2029-12-31T00:00:00Z');
  const { reported } = open(context, writePair(makeTemporaryDirectory(context), pair), { now });
  assert.match(reported()[1] ?? '', /^doubtful .* it is not valid before 2030-01-01T00:00:00\.000Z$/);
});

test('The files are looked at by the clock', async (context) => {
  const directory = makeTemporaryDirectory(context);
  const files = writePair(directory, first);
  const hold = setTimeout(() => {}, 30_000); // the watching itself does not keep a process alive
  const loaded = await new Promise<string>((resolve) => {
    open(context, files, {
      pollMs: 5,
      onEvent: (event) => {
        if (event.kind !== 'loaded') return;
        if (event.certificate.subject === 'CN=first.example.com') writePair(directory, second);
        else resolve(event.certificate.subject);
      },
    });
  });
  clearTimeout(hold);
  assert.equal(loaded, 'CN=second.example.com');
});
