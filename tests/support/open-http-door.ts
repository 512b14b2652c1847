// An HTTP door on a real socket, with a recording pipeline that can be held up.

import type { TestContext } from 'node:test';
import { createApp } from '../../src/http/app.ts';
import type { HttpTimeouts } from '../../src/http/drainable-server.ts';
import type { HttpDoor } from '../../src/http/http-door.ts';
import { type HttpListener, listenHttp } from '../../src/http/listener.ts';
import type { Disposition } from '../../src/mail/disposition.ts';
import type { Submission } from '../../src/pipeline/submission.ts';
import { accept, createRecordingDoor, type RecordingDoor } from './http-door.ts';

/** What a test may choose. */
export type DoorOptions = Partial<HttpDoor> & {
  readonly ingest?: (submission: Submission) => Promise<Disposition>;
  readonly timeouts?: Partial<HttpTimeouts>;
};

/** The open door. */
export interface OpenDoor extends RecordingDoor {
  readonly listener: HttpListener;
  readonly port: number;
  /** Of /v1/messages. */
  readonly url: string;
}

/** Opens a door that takes 100,000 bytes on a port of 127.0.0.1, until the test ends. */
export async function openHttpDoor(t: TestContext, { timeouts = {}, ...options }: DoorOptions = {}): Promise<OpenDoor> {
  const recording = createRecordingDoor({ maxBytes: 100_000, ...options });
  const app = createApp(recording.door);
  const listener = await listenHttp({ app, addresses: ['127.0.0.1'], ports: [0], log: recording.door.log, timeouts });
  t.after(() => listener.close());
  const port = listener.bound[0]?.port ?? 0;
  return { ...recording, listener, port, url: `http://127.0.0.1:${port}/v1/messages` };
}

/** The beginning of a request with a raw message; a header about its length has to follow. */
export const RAW_REQUEST =
  'POST /v1/messages?envelope=&recipient=r@x.example HTTP/1.1\r\nHost: localhost\r\nContent-Type: message/rfc822\r\n';

/** A pipeline that accepts, but not before it is released. */
export interface Gate {
  /** Resolves at the first submission. */
  readonly reached: Promise<void>;
  release(): void;
  ingest(submission: Submission): Promise<Disposition>;
}

/** Creates a closed gate. */
export function createGate(): Gate {
  const reached = Promise.withResolvers<void>();
  const released = Promise.withResolvers<void>();
  return {
    reached: reached.promise,
    release: released.resolve,
    async ingest(submission) {
      reached.resolve();
      await released.promise;
      return await accept(submission);
    },
  };
}
