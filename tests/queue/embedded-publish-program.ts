// Publishes records from several sides at once and prints each id when its record is promised.
// Arguments: module of the outlet, queue file, records per publisher, publishers, bytes of a body.
import { Buffer } from 'node:buffer';
import { writeSync } from 'node:fs';
import process from 'node:process';
import { pathToFileURL } from 'node:url';
import { makeRecord } from '../support/records.ts';

const [, , module = '', path = '', records = '', publishers = '', size = ''] = process.argv;
const { openEmbeddedOutlet }: typeof import('../../src/queue/embedded.ts') = await import(pathToFileURL(module).href);
const outlet = openEmbeddedOutlet({ path, log: { emit: () => {}, close: () => {} } });
const padding = Buffer.alloc(Number(size), 'x');

/** At once and as it is: no buffer of the runtime may lie between the result and the world. */
function writeAtOnce(text: string): void {
  for (let rest = Buffer.from(text); rest.length > 0;) {
    try {
      rest = rest.subarray(writeSync(1, rest));
    } catch (error) {
      // The pipe is full and does not block: the reader is behind on a busy machine.
      if (!(error instanceof Error && 'code' in error && error.code === 'EAGAIN')) throw error;
    }
  }
}

async function publishAll(publisher: number): Promise<void> {
  for (let index = 0; index < Number(records); index++) {
    // Of one length, so that no id is the beginning of another.
    const id = `R${process.pid}-${String(publisher).padStart(3, '0')}-${String(index).padStart(6, '0')}`;
    const body = [Buffer.from(`{"message-id":"${id}","mime":"`), padding, Buffer.from('"}')];
    const [result] = await outlet.publish([makeRecord(id, { body })]);
    if (result?.stored) writeAtOnce(`stored ${id}\n`);
  }
}

await Promise.all(Array.from({ length: Number(publishers) }, (_, publisher) => publishAll(publisher)));
await outlet.drain();
