// Room for content as tests need it: ample, or so little that they can fill it.
import { ContentLease } from '../../src/net/content-lease.ts';
import { ContentRoom } from '../../src/net/content-room.ts';

/** Room that no test fills. */
export function ampleRoom(): ContentRoom {
  return new ContentRoom({ bytes: 2 ** 40, waitMs: 1 });
}

/** A lease that is always granted. */
export function ampleLease(): ContentLease {
  return new ContentLease({ room: ampleRoom(), weight: 1, maxBytes: 2 ** 30 });
}

/** Room of a certain size, for which nobody waits longer than given. */
export function openRoom(bytes: number, waitMs = 1): ContentRoom {
  return new ContentRoom({ bytes, waitMs });
}
