// The file of keys beside queue-path: whose it is, who may read it, and that several gateways share it.

import assert from 'node:assert/strict';
import { statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test, type TestContext } from 'node:test';
import { openKeyFile, toKeyPath } from '../../src/queue/key-file.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

function open(context: TestContext, path: string): DatabaseSync {
  const database = openKeyFile(path);
  context.after(() => database.close());
  return database;
}

test('The file is made beside the queue, for its owner alone, and may be opened by several', (context) => {
  const path = toKeyPath(join(makeTemporaryDirectory(context), 'queue.db'));
  assert.match(path, /queue\.db\.keys$/);
  const one = open(context, path);
  one.exec('CREATE TABLE x (y)');
  const two = open(context, path);
  assert.equal(statSync(path).mode & 0o777, 0o600);
  one.exec('INSERT INTO x VALUES (1)');
  assert.deepEqual({ ...two.prepare('SELECT y FROM x').get() }, { y: 1 });
});

test('What cannot be used is left alone, with a word on what to do', (context) => {
  const directory = makeTemporaryDirectory(context);
  const foreign = join(directory, 'foreign');
  const database = new DatabaseSync(foreign);
  database.exec('CREATE TABLE x (y)');
  database.close();
  const text = join(directory, 'text');
  writeFileSync(text, 'not a database, but longer than the header of one'.repeat(10));
  const cases = [
    { path: foreign, message: /the database of another program: move it away/ },
    { path: text, message: /not a database/ },
    { path: join(directory, 'missing', 'x'), message: /there is no directory/ },
  ];
  for (const { path, message } of cases) {
    assert.throws(() => openKeyFile(path), { name: 'QueueFileError', message });
  }
});
