// Keeps content within the room that is left for it while it is read: the session waits, or gives the content up.

import type { Refusal } from '../mail/disposition.ts';
import type { ContentLease } from '../net/content-lease.ts';
import type { DataReader } from './data-reader.ts';
import { REPLIES, type Reply } from './reply.ts';

/** Content that was not kept, in the words of the client and of the pipeline. */
export interface ContentRefusal extends Pick<Refusal, 'outcome' | 'reason'> {
  readonly reply: Reply;
}

const TOO_LARGE: ContentRefusal = { reply: REPLIES.tooLarge, outcome: 'rejected', reason: 'too-large' };
const NO_ROOM: ContentRefusal = { reply: REPLIES.noRoom, outcome: 'deferred', reason: 'memory' };

/**
 * To be called with each part of the content; a promise holds back the rest. Content that finds no room is read to its
 * end all the same, without being kept: only there can a client be told.
 */
export function admitContent(content: DataReader, lease: ContentLease): void | Promise<void> {
  if (content.isDropped) return;
  const settle = (granted: boolean) => {
    if (granted) return;
    lease.release();
    content.drop();
  };
  const granted = lease.admit(content.size);
  return typeof granted === 'boolean' ? settle(granted) : granted.then(settle);
}

/** Why the content that was read was not kept; undefined when it was, and the lease has no more than it needs. */
export function refuseContent(content: DataReader, lease: ContentLease): ContentRefusal | undefined {
  const refusal = content.isOversized ? TOO_LARGE : content.isDropped ? NO_ROOM : undefined;
  if (refusal === undefined) lease.complete(content.size);
  else lease.release();
  return refusal;
}
