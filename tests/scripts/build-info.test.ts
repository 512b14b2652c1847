// What an executable says about its origin, with and without a repository.
import assert from 'node:assert/strict';
import { writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test, type TestContext } from 'node:test';
import { readBuildInfo, toCommitDate } from '../../scripts/compile/build-info.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

function makeTarball(context: TestContext): string {
  const directory = makeTemporaryDirectory(context);
  writeFileSync(join(directory, 'package.json'), '{"version":"1.2.3"}');
  return directory;
}

test('Without a repository and without the environment neither commit nor date is known', (context) => {
  const info = readBuildInfo(makeTarball(context), {});
  assert.deepEqual(info, { version: '1.2.3', commit: '', epoch: undefined });
  assert.equal(toCommitDate(info), '');
});

test('Without a repository the environment tells commit and date', (context) => {
  const info = readBuildInfo(makeTarball(context), { MAILCHUTE_COMMIT: 'abcdef0', SOURCE_DATE_EPOCH: '1795305599' });
  assert.deepEqual(info, { version: '1.2.3', commit: 'abcdef0', epoch: 1_795_305_599 });
  assert.equal(toCommitDate(info), '2026-11-21');
});

test('The environment wins over the repository', () => {
  const info = readBuildInfo(resolve(import.meta.dirname ?? '.', '../..'), { MAILCHUTE_COMMIT: 'abcdef0' });
  assert.equal(info.commit, 'abcdef0');
});

test('A SOURCE_DATE_EPOCH that is no number of seconds is refused', (context) => {
  const directory = makeTarball(context);
  assert.throws(
    () => readBuildInfo(directory, { SOURCE_DATE_EPOCH: 'today' }),
    /SOURCE_DATE_EPOCH: today is no number/,
  );
});
