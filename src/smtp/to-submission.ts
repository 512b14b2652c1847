// Turns a transaction whose content has come into what the pipeline takes.

import type { Client } from '../net/client.ts';
import type { TlsFacts } from '../net/server-handshake.ts';
import type { Submission } from '../pipeline/submission.ts';
import type { Dialogue, Transaction } from './dialogue.ts';

/** The session that the transaction was part of. */
export interface SubmissionSource {
  readonly sessionId: string;
  /** Name in the greeting. */
  readonly hostname: string;
  readonly ends: Pick<Client, 'localAddress' | 'localPort' | 'remoteAddress' | 'remotePort'>;
  readonly dialogue: Pick<Dialogue, 'helo' | 'isExtended' | 'isTrusted' | 'user'>;
  /** Undefined for a connection in the clear. */
  readonly tls: TlsFacts | undefined;
  readonly content: Uint8Array[];
  readonly lease: Submission['lease'];
}

/** Maps the transaction and its session. */
export function toSubmission(transaction: Transaction, source: SubmissionSource): Submission {
  const { mailFrom, recipients, parameters, isRefused } = transaction;
  const { sessionId, hostname, ends, dialogue, tls, content, lease } = source;
  return {
    origin: {
      door: 'smtp',
      connection: {
        localIp: ends.localAddress,
        localPort: ends.localPort,
        remoteIp: ends.remoteAddress,
        remotePort: ends.remotePort,
        secure: tls !== undefined,
        ...(dialogue.user === undefined ? {} : { user: dialogue.user }),
      },
      helo: dialogue.helo,
      protocol: toProtocol(source, parameters),
      ...(tls === undefined ? {} : { tls }),
    },
    trusted: dialogue.isTrusted,
    isRefused,
    envelope: { mailFrom, rcptTo: recipients },
    content,
    lease,
    hostname,
    sessionId,
  };
}

/** RFC 3848 and RFC 6531 section 4.3. */
function toProtocol({ dialogue, tls }: SubmissionSource, { smtputf8 }: { readonly smtputf8: boolean }): string {
  if (!dialogue.isExtended) return 'SMTP';
  return (smtputf8 ? 'UTF8SMTP' : 'ESMTP') + (tls === undefined ? '' : 'S') + (dialogue.user === undefined ? '' : 'A');
}
