// What the HTTP door stands on, and what each request carries through it.

import type { Readable } from 'node:stream';
import type { Authenticator } from '../auth/authenticator.ts';
import type { ContentLease } from '../net/content-lease.ts';
import type { Room } from '../net/content-room.ts';
import type { Pipeline } from '../pipeline/ingest.ts';
import type { KeyLedger } from '../queue/key-claim.ts';
import type { OutletHealth } from '../queue/outlet.ts';
import type { Log } from '../telemetry/log.ts';
import type { Peer } from './peer.ts';

/** What clients show that may use the door; at least one of tokens and users is there. */
export interface Credentials {
  /** http-tokens: the name of a token, undefined for one that is not known. */
  readonly nameOfToken?: (token: string) => string | undefined;
  /** http-auth: who may log in by HTTP Basic. */
  readonly authenticator?: Pick<Authenticator, 'authenticate'>;
  /** http-plaintext-auth: whether credentials are taken from other machines without TLS. */
  readonly allowsPlaintext: boolean;
}

/** What the configuration says about access. */
export interface AccessRules {
  /** Whether http-range holds the address; left out: everybody where credentials are needed, else loopback only. */
  readonly isAllowed?: (address: string) => boolean;
  /** Left out: nobody has to show any. */
  readonly credentials?: Credentials;
}

/** Dependencies and settings of the door. */
export interface HttpDoor {
  readonly pipeline: Pick<Pipeline, 'checkSender' | 'checkRecipient' | 'ingest' | 'inject'>;
  /** Where Idempotency-Keys are kept. */
  readonly keys: KeyLedger;
  readonly log: Log;
  /** Whether records can be stored now (for /readyz). */
  readonly health: () => OutletHealth | Promise<OutletHealth>;
  /** The numbers of /metrics; left out: they are on a port of their own. */
  readonly metrics?: () => Promise<string>;
  /** True once the gateway is shutting down: new messages get 503. */
  readonly draining: () => boolean;
  /** Name of this host in the record. */
  readonly hostname: string;
  /** http-maxsize: bytes of a request body. */
  readonly maxBytes: number;
  /** smtp-max-recipients: recipients of one message; 0 is no limit. */
  readonly maxRecipients: number;
  readonly access: AccessRules;
  /** Room for content (key memory-limit). */
  readonly room: Room;
  /** Bytes in memory for each byte of content, encoded forms included. */
  readonly contentWeight: number;
  /** Silence inside a body after which the request is given up, in milliseconds; 60 s unless given. */
  readonly bodyIdleTimeoutMs?: number;
}

/** Hono's view of one request: what the listener binds, and what the first middleware sets. */
export interface DoorEnv {
  Bindings: {
    readonly peer: Peer;
    /** The connection's own stream, which saves a detour over web streams; left out: the body of the web request. */
    readonly body?: Readable;
  };
  Variables: {
    /** Also the X-Request-Id of the answer and the session of the log. */
    requestId: string;
    /** Name of the token or user that the request came with; empty where none is needed. */
    authentication: string;
    /** The room that the body takes; given back when the request has been answered. */
    lease?: ContentLease;
  };
}
