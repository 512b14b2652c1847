// Refused mail: what lacks authentication is stored in its own queue, where one is configured, and rejected all the same.

import { type Refusal, toRefusal } from '../mail/disposition.ts';
import type { Outlet } from '../queue/outlet.ts';
import type { Log } from '../telemetry/log.ts';
import type { ReceivedLog } from '../telemetry/received-log.ts';
import type { Draft, PipelineSettings } from './draft.ts';
import { logReceived } from './log-received.ts';
import { toRecords } from './to-records.ts';

/** What storing refused mail stands on. */
export interface RefusedMailDependencies {
  readonly settings: PipelineSettings;
  readonly outlet: Outlet;
  readonly log: Log;
  readonly receivedLog?: ReceivedLog | undefined;
}

const DEFAULT_MAX_BYTES = 1024 * 1024;
const REFUSAL = toRefusal('unauthenticated', '5.7.1', { text: 'Authentication required to write to this recipient' });

/** The record's `refused` property: the reply that the client gets. */
const REFUSED = { code: 550, text: `${REFUSAL.status} ${REFUSAL.text}` };

/** Stores the draft for whoever looks into the refused queue; the answer is the same whether that works or not. */
export async function storeRefused(
  draft: Draft,
  { settings, outlet, log, receivedLog }: RefusedMailDependencies,
): Promise<Refusal> {
  const { refused, refusedMaxBytes = DEFAULT_MAX_BYTES } = settings;
  const { sessionId: session, origin: { door } } = draft.submission;
  const size = draft.body.reduce((sum, piece) => sum + piece.length, draft.header.length);
  if (refused === undefined || size > refusedMaxBytes) {
    const detail = refused === undefined ? 'rabbitmq-refused is not set' : 'larger than refused-maxsize';
    log.emit('message.refused-unstored', { session, door, size, detail });
    return REFUSAL;
  }
  const records = toRecords(draft, settings, { queue: refused, properties: { refused: REFUSED } });
  const results = await outlet.publish(records);
  logReceived(draft, { records, results, told: { outcome: 'refused', ...REFUSED }, receivedLog });
  const fault = results.find((result) => !result.stored);
  if (fault === undefined) {
    log.emit('message.refused-stored', { session, door, queue: refused, records: records.length });
  } else log.emit('message.refused-unstored', { session, door, size, detail: `${fault.fault}: ${fault.detail}` });
  return REFUSAL;
}
