// What the HTTP door stands on, and what each request carries through it.

import type { Readable } from 'node:stream';
import type { Pipeline } from '../pipeline/ingest.ts';
import type { OutletHealth } from '../queue/outlet.ts';
import type { Log } from '../telemetry/log.ts';
import type { Peer } from './peer.ts';

/** What the configuration says about access. */
export interface AccessRules {
  /** Whether http-range holds the address; left out where no range is configured: loopback only. */
  readonly isAllowed?: (address: string) => boolean;
}

/** Dependencies and settings of the door. */
export interface HttpDoor {
  readonly pipeline: Pick<Pipeline, 'checkSender' | 'checkRecipient' | 'ingest'>;
  readonly log: Log;
  /** Whether records can be stored now (for /readyz). */
  readonly health: () => OutletHealth;
  /** True once the gateway is shutting down: new messages get 503. */
  readonly draining: () => boolean;
  /** Name of this host in the record. */
  readonly hostname: string;
  /** http-maxsize: bytes of a request body. */
  readonly maxBytes: number;
  /** smtp-max-recipients: recipients of one message; 0 is no limit. */
  readonly maxRecipients: number;
  readonly access: AccessRules;
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
  };
}
