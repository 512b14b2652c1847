// An HTTP door whose pipeline records what it is given, and requests to it without a socket.

import { EventEmitter, once } from 'node:events';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { createApp } from '../../src/http/app.ts';
import type { HttpDoor } from '../../src/http/http-door.ts';
import { parseAddress } from '../../src/mail/address.ts';
import type { Disposition } from '../../src/mail/disposition.ts';
import type { Submission } from '../../src/pipeline/submission.ts';
import { createKeyLedger } from '../../src/queue/key-ledger.ts';
import type { EventFields } from '../../src/telemetry/log.ts';
import type { EventName } from '../../src/telemetry/events.ts';
import { createRecordingLog } from './recording-log.ts';
import { ampleRoom } from './rooms.ts';

/** One line of the log. */
export interface LoggedEvent {
  readonly event: EventName;
  readonly fields: EventFields;
}

/** A door with everything it did. */
export interface RecordingDoor {
  readonly door: HttpDoor;
  readonly submissions: readonly Submission[];
  readonly events: readonly LoggedEvent[];
  /** Resolves when a request is refused with the code, at once when one was. */
  refused(code: string): Promise<void>;
}

/** Creates the door; `ingest` replaces the answer of the pipeline, which is to accept everything. */
export function createRecordingDoor(
  { ingest = accept, ...settings }: Partial<HttpDoor> & { ingest?: (submission: Submission) => Promise<Disposition> } =
    {},
): RecordingDoor {
  const submissions: Submission[] = [];
  const events: LoggedEvent[] = [];
  const logged = new EventEmitter();
  const record = (submission: Submission) => {
    submissions.push(submission);
    return ingest(submission);
  };
  const door: HttpDoor = {
    pipeline: {
      checkSender: (address, options) => parseAddress(address, { policy: 'strict', allow: 'sender', ...options }),
      checkRecipient: (address, options) => parseAddress(address, { policy: 'strict', allow: 'recipient', ...options }),
      ingest: record,
      inject: record,
    },
    keys: createKeyLedger({
      path: join(tmpdir(), 'keys'),
      open: () => new DatabaseSync(':memory:'),
      log: createRecordingLog(),
    }),
    log: {
      emit(event, fields = {}) {
        events.push({ event, fields });
        logged.emit('event');
      },
      close() {},
    },
    health: () => ({ ready: true, reasons: [] }),
    draining: () => false,
    hostname: 'gateway.example',
    maxBytes: 1_000_000,
    maxRecipients: 1000,
    access: {},
    room: ampleRoom(),
    contentWeight: 1,
    ...settings,
  };
  return {
    door,
    submissions,
    events,
    async refused(code) {
      while (!events.some(({ fields }) => fields['code'] === code)) await once(logged, 'event');
    },
  };
}

/** Accepts for every recipient, with ids ID1, ID2 … */
export function accept({ envelope }: Submission): Promise<Disposition> {
  const records = envelope.rcptTo.map(({ address }, index) => ({
    id: `ID${index + 1}`,
    recipient: address,
    queue: 'inbox',
  }));
  return Promise.resolve({ outcome: 'accepted', records });
}

/** What of a request a test chooses; `from` is the client's address. */
export interface TestRequest {
  readonly method?: string;
  readonly headers?: { readonly [name: string]: string };
  readonly body?: string | Uint8Array;
  readonly from?: string;
}

/** Sends one request to the door from loopback, as `localhost`, unless told otherwise. */
export async function send(door: HttpDoor, path: string, request: TestRequest = {}): Promise<Response> {
  const { method = 'GET', headers = {}, body, from = '127.0.0.1' } = request;
  const init = { method, headers: { host: 'localhost', ...headers }, ...(body === undefined ? {} : { body }) };
  const message = new Request(`http://localhost${path}`, init as RequestInit);
  return await createApp(door).fetch(message, {
    peer: { address: from, port: 40000, secure: false, source: 'socket' },
  });
}

/** The JSON of an answer that is a problem. */
export async function problemOf(
  response: Response,
): Promise<{ readonly code: string; readonly errors?: readonly object[] }> {
  return await response.json() as { readonly code: string };
}

/** The content of a submission in one piece. */
export function contentOf(submission: Submission | undefined): string {
  return Buffer.concat(submission?.content ?? []).toString('latin1');
}
