// Counts what lies in a gateway's embedded queue.
import { existsSync } from 'node:fs';
import { openEmbeddedReader } from '../../../src/queue/embedded-reader.ts';
import type { Store } from '../contender.ts';

/** The store; it is never emptied, since a run counts what it added. */
export function openEmbeddedStore(path: string): Store {
  return {
    count: async () => {
      if (!existsSync(path)) return 0;
      const reader = openEmbeddedReader({ path, queues: ['inbox'], ack: false });
      try {
        return (await reader.list()).reduce((sum, { messages }) => sum + (messages ?? 0), 0);
      } finally {
        await reader.close();
      }
    },
    clear: () => Promise.resolve(),
  };
}
