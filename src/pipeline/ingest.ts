// The one way of a message from either door to durable records: the ordered list of steps, then publish, then say so.

import type { Checker } from '../checks/checker.ts';
import { parseAddress, type ParsedAddress } from '../mail/address.ts';
import type { Disposition, Refusal } from '../mail/disposition.ts';
import { toRefusal } from '../mail/disposition.ts';
import type { NextMessageId } from '../mail/message-id.ts';
import type { EncodedRecord, Outlet, PublishFault, PublishResult } from '../queue/outlet.ts';
import type { Log } from '../telemetry/log.ts';
import type { ReceivedLog } from '../telemetry/received-log.ts';
import type { Draft, PipelineSettings, Step } from './draft.ts';
import { type Admission, admitRecipient, admitsSender, type Asker } from './admission.ts';
import { checkMessage } from './check-message.ts';
import { takeHeaderRecipients } from './header-recipients.ts';
import { refuseLoop, splitHeader } from './header-scan.ts';
import { mapIps } from './ip-mapping.ts';
import { repairLineEndings } from './line-endings.ts';
import { logReceived, toTold } from './log-received.ts';
import { addReceived } from './received.ts';
import { examineReport } from './report-step.ts';
import { type RefusedMailDependencies, storeRefused } from './refused-mail.ts';
import type { Submission } from './submission.ts';
import { toRecords } from './to-records.ts';
import { extractHeaders } from './x-mq.ts';

/** Everything that happens to a message before it is encoded, in this order. */
function listSteps(nextId: NextMessageId): readonly Step[] {
  return [
    repairLineEndings,
    splitHeader,
    refuseLoop,
    takeHeaderRecipients,
    (draft) => chooseIds(draft, nextId),
    extractHeaders,
    mapIps,
    addReceived,
  ];
}

/** What the doors may ask of the pipeline. */
export interface Pipeline {
  /** Judges a MAIL FROM (or HTTP envelope) address. */
  checkSender(address: string, options: { readonly smtputf8: boolean }): ParsedAddress;
  /** Judges a RCPT TO (or HTTP recipient) address. */
  checkRecipient(address: string, options: { readonly smtputf8: boolean }): ParsedAddress;
  /** Whether this client's MAIL can lead to anything. */
  admitsSender(asker: Asker): boolean;
  /** What would become of this client's mail for an address that passed `checkRecipient`. */
  admitRecipient(address: string, asker: Asker): Admission;
  /** Resolves when the message is durable for every recipient, or refused; rejects only on a bug. */
  ingest(submission: Submission): Promise<Disposition>;
  /** The same for the inbox, with the content as it is and without any step but the record (MailerQ: /v1/inject). */
  inject(submission: Submission): Promise<Disposition>;
}

/** What the pipeline stands on. */
export interface PipelineDependencies {
  readonly settings: PipelineSettings;
  readonly outlet: Outlet;
  readonly log: Log;
  readonly nextId: NextMessageId;
  /** Undefined where no check is configured. */
  readonly checker?: Checker | undefined;
  /** Undefined where received-log-file is not set. */
  readonly receivedLog?: ReceivedLog | undefined;
  readonly now?: () => Date;
}

// A log line names at most this many ids; the count says how many there were.
const MAX_LOGGED_IDS = 20;

/** Creates the pipeline; does no I/O of its own. */
export function createPipeline(
  { settings, outlet, log, nextId, checker, receivedLog, now = () => new Date() }: PipelineDependencies,
): Pipeline {
  const policy = settings.addressPolicy;
  const steps = listSteps(nextId);
  return {
    checkSender: (address, { smtputf8 }) => parseAddress(address, { policy, smtputf8, allow: 'sender' }),
    checkRecipient: (address, { smtputf8 }) => parseAddress(address, { policy, smtputf8, allow: 'recipient' }),
    admitsSender: (asker) => admitsSender(settings, asker),
    admitRecipient: (address, asker) => admitRecipient(address, settings, asker),
    async ingest(submission) {
      const draft = createDraft(submission, now());
      const disposition = runSteps(steps, { draft, settings }) ??
        await storeDraft(draft, { settings, outlet, log, checker, receivedLog });
      report(disposition, draft, log);
      return disposition;
    },
    async inject(submission) {
      const draft = createDraft(submission, now());
      chooseIds(draft, nextId);
      const records = toRecords(draft, settings, { queue: settings.inbox, properties: {} });
      const disposition = await refuseMemory(records, submission) ??
        await publish(records, { draft, outlet, receivedLog });
      report(disposition, draft, log);
      return disposition;
    },
  };
}

function createDraft(submission: Submission, receivedAt: Date): Draft {
  const recipients = submission.envelope.rcptTo;
  // Without this, "every record is durable" would be true of a message that went nowhere.
  if (recipients.length === 0) throw new Error('The submission has no recipient');
  return {
    submission,
    receivedAt,
    recipients,
    ids: [],
    header: Buffer.alloc(0),
    // Nobody else keeps it: what is encoded can be let go of.
    body: submission.content.splice(0),
    isUrgent: submission.isUrgent === true,
    mailFrom: submission.envelope.mailFrom,
    properties: {},
    dropped: [],
  };
}

/** Before the first attempt to publish, and never again: a retry keeps them. */
function chooseIds(draft: Draft, nextId: NextMessageId): undefined {
  const { key } = draft.submission;
  draft.ids = draft.recipients.map(({ address }) => key === undefined ? nextId() : key.idFor(address));
}

function runSteps(
  steps: readonly Step[],
  { draft, settings }: { readonly draft: Draft; readonly settings: PipelineSettings },
): Refusal | undefined {
  for (const step of steps) {
    const refusal = step(draft, settings);
    if (refusal !== undefined) return refusal;
  }
  return undefined;
}

async function storeDraft(
  draft: Draft,
  { checker, ...dependencies }: RefusedMailDependencies & Pick<PipelineDependencies, 'checker'>,
): Promise<Disposition> {
  await examineReport(draft, dependencies.settings);
  // MailerQ 3.0: everybody may hand in reports.
  if (draft.submission.isRefused === true && draft.report === undefined) return await storeRefused(draft, dependencies);
  if (checker !== undefined) await checkMessage(draft, checker);
  const records = toRecords(draft, dependencies.settings);
  return await refuseMemory(records, draft.submission) ?? await publish(records, { draft, ...dependencies });
}

/** The encoded forms have taken the place of the content, and may need more room than it. */
async function refuseMemory(
  records: readonly EncodedRecord[],
  { lease }: Submission,
): Promise<Refusal | undefined> {
  if (lease === undefined || await lease.settle(sumBytes(records))) return undefined;
  return toRefusal('memory', '4.3.1', { text: 'Too much mail in flight, try again later' });
}

/** Bytes of all records, counting what they share once. */
function sumBytes(records: readonly EncodedRecord[]): number {
  let sum = 0;
  let last: Uint8Array | undefined;
  for (const { body, size } of records) {
    const [head, , shared] = body;
    sum += shared !== undefined && shared === last ? head?.length ?? 0 : size;
    last = shared;
  }
  return sum;
}

async function publish(
  records: readonly EncodedRecord[],
  { draft, outlet, receivedLog }: Pick<PipelineDependencies, 'outlet' | 'receivedLog'> & { readonly draft: Draft },
): Promise<Disposition> {
  const results = await outlet.publish(records, draft.submission.key?.claim);
  if (results.length !== records.length) {
    throw new Error(`The outlet answered for ${results.length} of ${records.length} records`);
  }
  const disposition: Disposition = toPublishRefusal(results.filter((result) => !result.stored)) ??
    { outcome: 'accepted', records: records.map(({ id, recipient, queue }) => ({ id, recipient, queue })) };
  logReceived(draft, { records, results, told: toTold(disposition), receivedLog });
  return disposition;
}

/** One record that may succeed later makes the whole message worth another try. */
function toPublishRefusal(faults: readonly (PublishResult & { readonly stored: false })[]): Refusal | undefined {
  const fault = faults.find((each) => each.fault !== 'too-large') ?? faults[0];
  if (fault === undefined) return undefined;
  const { reason, status, text } = PUBLISH_REFUSALS[fault.fault] ?? NOT_DURABLE;
  return toRefusal(reason, status, { text, detail: `${fault.fault}: ${fault.detail}` });
}

const NOT_DURABLE = {
  reason: 'not-durable',
  status: '4.3.0',
  text: 'Message not stored, try again later',
} as const;

const PUBLISH_REFUSALS: { readonly [fault in PublishFault]?: Pick<Refusal, 'reason' | 'status' | 'text'> } = {
  'too-large': { reason: 'too-large', status: '5.3.4', text: 'Message too big for this system' },
  full: { reason: 'storage-full', status: '4.3.1', text: 'Storage full, try again later' },
};

function report(disposition: Disposition, { submission, recipients, ids, dropped }: Draft, log: Log): void {
  const { sessionId: session, origin: { door }, line } = submission;
  const from = { session, ...(line === undefined ? {} : { line }), door };
  const chosen = ids.slice(0, MAX_LOGGED_IDS);
  if (dropped.length > 0) {
    log.emit('message.headers-dropped', { ...from, headers: dropped.slice(0, MAX_LOGGED_IDS) });
  }
  if (disposition.outcome === 'accepted') {
    log.emit('message.accepted', { ...from, records: ids.length, ids: chosen });
    return;
  }
  const { reason, status, detail } = disposition;
  const event = disposition.outcome === 'deferred' ? 'message.deferred' : 'message.rejected';
  const names = chosen.length === 0 ? {} : { ids: chosen };
  log.emit(event, { ...from, records: recipients.length, ...names, reason, status, detail });
}
