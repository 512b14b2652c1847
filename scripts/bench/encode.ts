// Shows that a message is encoded once, whatever the number of its recipients: passes and bytes, and the time beside them.
import { performance } from 'node:perf_hooks';
import process from 'node:process';
import type { PipelineSettings } from '../../src/pipeline/draft.ts';
import { toRecords } from '../../src/pipeline/to-records.ts';
import { countEncoding } from '../../tests/support/count-encoding.ts';
import { makeDraft, SETTINGS } from '../../tests/support/submissions.ts';

const MB = 1024 * 1024;
const ROUNDS = 5;
const CONTENTS: Readonly<Record<string, Buffer>> = {
  'text': Buffer.alloc(MB, 'a line of text with "quotes"\r\n'),
  'text beyond ASCII': Buffer.alloc(MB, 'größer \u{1f600}\r\n'),
  'no text, as base64': Buffer.alloc(MB, 'caf\xe9\r\n', 'latin1'),
};
const BOTH: PipelineSettings = {
  ...SETTINGS,
  resultsFor: ['local'],
  localAddresses: () => ({ isEmpty: false, includes: (address) => address.endsWith('@a.example') }),
};

console.log(`1 MB of                  recipients  hashes  hashed MB  escaped MB  held MB      ms (best of ${ROUNDS})`);
for (const [name, content] of Object.entries(CONTENTS)) {
  for (const recipients of [1, 10, 1000]) measure(name, { content, recipients, settings: SETTINGS });
}
const content = CONTENTS['text'] ?? Buffer.alloc(0);
measure('text, with two forms', { content, recipients: 1000, settings: BOTH });

interface Load {
  readonly content: Buffer;
  readonly recipients: number;
  readonly settings: PipelineSettings;
}

function measure(name: string, { content, recipients, settings }: Load): void {
  const addresses = Array.from({ length: recipients }, (_, index) => `user${index}@${index % 2 ? 'a' : 'b'}.example`);
  const draft = { ...makeDraft({ content: [content], recipients: addresses }), checks: [{ arc: 'none' } as const] };
  const { hashes, hashedBytes, escapedBytes, heldBytes } = countEncoding(() => toRecords(draft, settings));
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    toRecords(draft, settings);
    best = Math.min(best, performance.now() - start);
  }
  const megabytes = [hashedBytes, escapedBytes, heldBytes].map((bytes) => (bytes / MB).toFixed(2).padStart(9)).join(
    ' ',
  );
  console.log(
    `${name.padEnd(24)} ${String(recipients).padStart(9)} ${String(hashes).padStart(7)}  ${megabytes} ${
      best.toFixed(2).padStart(9)
    }`,
  );
  const forms = settings === BOTH ? 2 : 1;
  if (hashes !== forms) {
    console.error(`encoded ${hashes} times instead of ${forms}`);
    process.exitCode = 1;
  }
}
