// What a session is made of: shared by all sessions of a door, and its own.

import type { Authenticator } from '../auth/authenticator.ts';
import type { Client } from '../net/client.ts';
import type { Room } from '../net/content-room.ts';
import type { LiveCertificate } from '../net/live-certificate.ts';
import type { Pipeline } from '../pipeline/ingest.ts';
import type { Log } from '../telemetry/log.ts';
import type { MessageCounts } from '../telemetry/message-counts.ts';
import type { DialogueSettings } from './dialogue.ts';
import type { Reply } from './reply.ts';

/** What all sessions of a listener share. */
export interface SessionDependencies {
  readonly pipeline: Pipeline;
  readonly log: Log;
  /** Room for content (key memory-limit). */
  readonly room: Room;
  /** Bytes in memory for each byte of content. */
  readonly contentWeight: number;
  /** Undefined where no authentication is configured. */
  readonly authenticator?: Authenticator | undefined;
  /** The greeting name for the local address a client reached. */
  readonly greetingName: (localAddress: string) => string;
  /** Undefined where there is no certificate. */
  readonly tls?: SessionTls | undefined;
  /** Counts what the door refuses itself after its content has come in. */
  readonly messageCounts?: Pick<MessageCounts, 'refused'> | undefined;
  readonly settings: DialogueSettings & {
    /** MailerQ: smtp-timeout; silence that ends a session. */
    readonly idleTimeoutMs: number;
    /** smtp-data-timeout; the whole DATA phase. */
    readonly dataTimeoutMs: number;
    /** smtp-greeting-delay; whoever speaks before its end is refused. */
    readonly greetingDelayMs: number;
  };
}

/** What sessions need for TLS. */
export interface SessionTls {
  /** The certificate of the moment. */
  readonly certificate: Pick<LiveCertificate, 'context'>;
  /** The longest time a handshake may take. */
  readonly handshakeTimeoutMs: number;
}

/** What distinguishes a session from the others. */
export interface SessionOptions {
  /** For the log and for the records; by default a new one. */
  readonly id?: string;
  /** Undefined: the socket's own ends. */
  readonly client?: Client;
  /** The answer to every MAIL of a session that may not bring any. */
  readonly mailRefusal?: Reply | undefined;
  /** TLS from the first byte. */
  readonly isImplicitTls?: boolean;
  readonly dependencies: SessionDependencies;
}
