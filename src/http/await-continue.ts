// Expect: 100-continue (RFC 9110 section 10.1.1): a client is asked for its body when somebody wants to read it, not before.

import type { IncomingMessage, ServerResponse } from 'node:http';

/** Puts the 100 off until the first read. A request that is answered without one ends its connection. */
export function awaitContinue(incoming: IncomingMessage, outgoing: ServerResponse): void {
  // The client may leave its body out after such an answer or not: what comes next could be either.
  outgoing.setHeader('connection', 'close');
  const read = incoming._read.bind(incoming);
  incoming._read = (size) => {
    incoming._read = read;
    if (!outgoing.headersSent) {
      outgoing.removeHeader('connection');
      outgoing.writeContinue();
    }
    read(size);
  };
}
