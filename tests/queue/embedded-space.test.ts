// The reserve of the disk: more than there is room for is refused before anything is written.
import assert from 'node:assert/strict';
import { statfsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { test } from 'node:test';
import { openQueueFile } from '../../src/queue/embedded-file.ts';
import { OutOfSpaceError } from '../../src/queue/embedded-fault.ts';
import { requireSpace } from '../../src/queue/embedded-space.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

test('requireSpace() lets pass what fits and refuses what does not, with both sizes', (context) => {
  const path = join(makeTemporaryDirectory(context), 'queue.db');
  const database = openQueueFile(path, 0);
  context.after(() => database.close());
  requireSpace(database, { path, bytes: 0 });
  const { bavail, bsize } = statfsSync(dirname(path));
  assert.throws(() => requireSpace(database, { path, bytes: bavail * bsize }), (error: Error) => {
    assert.ok(error instanceof OutOfSpaceError);
    assert.match(
      error.message,
      /^queue-path .*queue\.db: the disk is full \(\d+ MiB left, \d+ MiB needed\): free space/,
    );
    return true;
  });
});
