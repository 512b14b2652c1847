// The list of blocked addresses: from the configuration, from a file, and from a file that changes, well or badly.
import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { parseIpRanges } from '../../src/mail/ip-ranges.ts';
import { openBlocklist } from '../../src/smtp/blocklist.ts';
import { createRecordingLog } from '../support/recording-log.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

test('openBlocklist() takes the ranges of the configuration', () => {
  const ranges = parseIpRanges('192.0.2.0/24;2001:db8::1');
  assert.ok(ranges.ok);
  const isBlocked = openBlocklist({ ranges: ranges.value }, createRecordingLog());
  assert.deepEqual(['192.0.2.7', '192.0.3.7', '2001:db8::1', '2001:db8::2', ''].map(isBlocked), [
    true,
    false,
    true,
    false,
    false,
  ]);
});

test('openBlocklist() reads one range a line, with comments, and reads it again when the file changes', (context) => {
  const path = join(makeTemporaryDirectory(context), 'blocklist');
  const log = createRecordingLog();
  let time = 0;
  writeFileSync(path, '\ufeff# suspects\r\n192.0.2.1\r\n\r\n  198.51.100.0/24 # a network\r\n');
  const isBlocked = openBlocklist({ path }, log, { now: () => time });
  const blocked = () => ['192.0.2.1', '198.51.100.9', '203.0.113.1'].filter(isBlocked);
  assert.deepEqual(blocked(), ['192.0.2.1', '198.51.100.9']);

  writeFileSync(path, '203.0.113.1\n');
  time += 1000;
  assert.deepEqual(blocked(), ['203.0.113.1']);

  writeFileSync(path, '# nobody\n192.0.2.0/33\n');
  time += 1000;
  assert.deepEqual(blocked(), ['203.0.113.1'], 'a faulty list does not open the door');

  rmSync(path);
  time += 1000;
  assert.deepEqual(blocked(), ['203.0.113.1'], 'neither does a missing one');

  writeFileSync(path, '');
  time += 1000;
  assert.deepEqual(blocked(), []);
  assert.deepEqual(log.events.map(({ event, fields }) => [event, fields['path'], fields['reason'] !== undefined]), [
    ['smtp.blocklist.read', path, false],
    ['smtp.blocklist.unusable', path, true],
    ['smtp.blocklist.unusable', path, true],
    ['smtp.blocklist.read', path, false],
  ]);
  assert.match(String(log.events[1]?.fields['reason']), /^line 2: "192\.0\.2\.0\/33" has no prefix length/);
});

test('openBlocklist() throws an error that names the file when it cannot be used', (context) => {
  const path = join(makeTemporaryDirectory(context), 'blocklist');
  assert.throws(() => openBlocklist({ path }, createRecordingLog()), /blocklist/);
  writeFileSync(path, 'everybody\n');
  assert.throws(() => openBlocklist({ path }, createRecordingLog()), /blocklist: line 1: "everybody" is not an IP/);
});
