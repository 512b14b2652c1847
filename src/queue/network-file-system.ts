// Recognises network file systems, on which the embedded queue's shared memory and locks do not work.

import { statfsSync } from 'node:fs';

// The numbers of statfs(2); SQLite's write-ahead log needs all its users on one machine.
const NETWORK_TYPES: ReadonlyMap<number, string> = new Map([
  [0x6969, 'NFS'],
  [0x517b, 'SMB'],
  [0xff534d42, 'CIFS'],
  [0xfe534d42, 'SMB2'],
  [0x564c, 'NCP'],
  [0x5346414f, 'AFS'],
  [0x6b414653, 'AFS'],
  [0x73757245, 'Coda'],
  [0x01021997, '9P'],
  [0x00c36400, 'Ceph'],
  [0x0bd00bd0, 'Lustre'],
  [0x47504653, 'GPFS'],
  [0x01161970, 'GFS2'],
  [0x7461636f, 'OCFS2'],
  [0x19830326, 'BeeGFS'],
]);

/** The name of a network file system by its `statfs` type, undefined for any other. */
export function toNetworkFileSystem(type: number): string | undefined {
  // Some platforms hand the 32 bits out with their sign.
  return NETWORK_TYPES.get(type >>> 0);
}

/** The name of the network file system that holds `path`, undefined when it is a local one. */
export function findNetworkFileSystem(path: string): string | undefined {
  // Elsewhere the number is an index into a table of the kernel's own.
  return process.platform === 'linux' ? toNetworkFileSystem(statfsSync(path).type) : undefined;
}
