// Opening the queue file for the gateway: what is created, what is taken up again and what is refused.
import assert from 'node:assert/strict';
import { chmodSync, mkdirSync, readdirSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { test } from 'node:test';
import { openQueueFile, toRealPath } from '../../src/queue/embedded-file.ts';
import { APPLICATION_ID, readPragma, SCHEMA_VERSION } from '../../src/queue/embedded-schema.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

function executeSql(path: string, sql: string): void {
  const database = new DatabaseSync(path);
  database.exec(sql);
  database.close();
}

test('A new file is marked as ours, in write-ahead mode, and synced with every commit', (context) => {
  const path = join(makeTemporaryDirectory(context), 'queue.db');
  const database = openQueueFile(path, 0);
  context.after(() => database.close());
  assert.equal(readPragma(database, 'application_id'), APPLICATION_ID);
  assert.equal(readPragma(database, 'user_version'), SCHEMA_VERSION);
  assert.equal(readPragma(database, 'synchronous'), 2);
  assert.deepEqual({ ...database.prepare('PRAGMA journal_mode').get() }, { journal_mode: 'wal' });
});

const takenUp: { readonly [name: string]: (path: string) => void } = {
  'an empty file': (path) => writeFileSync(path, '', { mode: 0o600 }),
  'a file whose tables were never created': (path) => executeSql(path, 'PRAGMA journal_mode = WAL; VACUUM'),
  'our file in another journal mode': (path) => {
    openQueueFile(path, 0).close();
    executeSql(path, 'PRAGMA journal_mode = DELETE');
  },
};

for (const [name, make] of Object.entries(takenUp)) {
  test(`The gateway takes up ${name}`, (context) => {
    const path = join(makeTemporaryDirectory(context), 'queue.db');
    make(path);
    const database = openQueueFile(path, 0);
    context.after(() => database.close());
    assert.deepEqual({ ...database.prepare('SELECT count(*) AS records FROM record').get() }, { records: 0 });
    assert.deepEqual({ ...database.prepare('PRAGMA journal_mode').get() }, { journal_mode: 'wal' });
  });
}

const refused: { readonly [name: string]: { readonly make: (path: string) => void; readonly expected: RegExp } } = {
  'a text file': { make: (path) => writeFileSync(path, 'text '.repeat(1000)), expected: /it is not a database/ },
  'a directory': { make: (path) => mkdirSync(path), expected: /it cannot be opened/ },
  'a link to nowhere': { make: (path) => symlinkSync(`${path}.gone`, path), expected: /it cannot be opened/ },
  'a database without our mark': {
    make: (path) => executeSql(path, 'CREATE TABLE other (id)'),
    expected: /the database of another program/,
  },
  "a database with another program's mark": {
    make: (path) => executeSql(path, 'PRAGMA application_id = 7'),
    expected: /the database of another program/,
  },
  'a queue of a newer layout': {
    make: (path) => {
      openQueueFile(path, 0).close();
      executeSql(path, `PRAGMA user_version = ${SCHEMA_VERSION + 1}`);
    },
    expected: /its layout is number 2, this mailchute knows 1/,
  },
};

for (const [name, { make, expected }] of Object.entries(refused)) {
  test(`The gateway refuses ${name} and leaves it as it is`, (context) => {
    const path = join(makeTemporaryDirectory(context), 'queue.db');
    make(path);
    const before = readdirSync(dirname(path));
    assert.throws(() => openQueueFile(path, 0), (error: Error) => {
      assert.equal(error.name, 'QueueFileError');
      assert.match(error.message, expected);
      assert.ok(error.message.startsWith(`queue-path ${path}: `), error.message);
      return true;
    });
    assert.deepEqual(readdirSync(dirname(path)), before);
  });
}

test('A file that exists keeps the mode its owner gave it', (context) => {
  const path = join(makeTemporaryDirectory(context), 'queue.db');
  openQueueFile(path, 0).close();
  chmodSync(path, 0o640);
  openQueueFile(path, 0).close();
  assert.equal(statSync(path).mode & 0o777, 0o640);
});

test('Two names of one file have one real path, also before it exists', (context) => {
  const directory = makeTemporaryDirectory(context);
  mkdirSync(join(directory, 'real'));
  symlinkSync(join(directory, 'real'), join(directory, 'link'));
  const real = toRealPath(join(directory, 'real', 'queue.db'));
  assert.equal(toRealPath(join(directory, 'link', 'queue.db')), real);
  writeFileSync(real, '');
  symlinkSync(real, join(directory, 'other-name.db'));
  assert.equal(toRealPath(join(directory, 'other-name.db')), real);
  assert.throws(
    () => toRealPath(join(directory, 'nowhere', 'queue.db')),
    /there is no directory .*nowhere: create it first/,
  );
});
