// Which file systems are taken for network file systems.
import assert from 'node:assert/strict';
import { tmpdir } from 'node:os';
import { test } from 'node:test';
import { findNetworkFileSystem, toNetworkFileSystem } from '../../src/queue/network-file-system.ts';

const types: readonly (readonly [type: number, name: string | undefined])[] = [
  [0x6969, 'NFS'],
  [0xff534d42, 'CIFS'],
  [0xff534d42 | 0, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x01021997, '9P'],
  [0xef53, undefined], // ext4
  [0x01021994, undefined], // tmpfs
  [0x9123683e, undefined], // btrfs
  [0x794c7630, undefined], // overlayfs, the root of a container
];

for (const [type, name] of types) {
  test(`The file system type ${type} is ${name ?? 'a local one'}`, () => assert.equal(toNetworkFileSystem(type), name));
}

test('The temporary directory is on a local file system', () => {
  assert.equal(findNetworkFileSystem(tmpdir()), undefined);
});
