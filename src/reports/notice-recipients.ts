// Finds recipients and the reasons of their bounces in the words of a notice, where the words are clear.

import type { UnstandardReport } from '../mail/report-schema.ts';
import { toValue } from './report-text.ts';
import { withoutUndefined } from './without-undefined.ts';

/** A recipient as far as a notice tells. */
export type NoticeRecipient = UnstandardReport['recipients'][number];

const MAX_RECIPIENTS = 100;
/** How far below its recipient a reason may stand. */
const REASON_LINES = 6;
const ADDRESS = /(?<![\w.+-])([\w!#$%&'*+/=?^`{|}~.-]{1,64}@[A-Za-z\d](?:[A-Za-z\d.-]{0,250}[A-Za-z\d])?)/;
const STATUS = /(?<![\d.])([245]\.[0-7]\.\d{1,3})(?![\d.])/;
const REPLY = /(?<!\d)[45][0-5]\d(?!\d)/;

/** From the notice without the returned message; `failed` is the X-Failed-Recipients field of some senders. */
export function recipientsOfNotice(text: string, failed: string): NoticeRecipient[] {
  const lines = text.split('\n').slice(0, 1000);
  const found = new Map<string, NoticeRecipient>();
  for (const address of listed(failed)) found.set(address.toLowerCase(), recipient(address));
  for (const [index, line] of lines.entries()) {
    const address = statedAddress(line);
    if (address === undefined || found.size >= MAX_RECIPIENTS) continue;
    const known = found.get(address.toLowerCase());
    if (known?.diagnostic !== undefined) continue;
    found.set(address.toLowerCase(), { ...recipient(address), ...reasonBelow(lines, index) });
  }
  return [...found.values()];
}

function recipient(address: string): NoticeRecipient {
  return { 'final-recipient': toValue(address, 320) };
}

function listed(value: string): string[] {
  return value.split(',').slice(0, MAX_RECIPIENTS).flatMap((item) => ADDRESS.exec(item.slice(0, 400))?.[1] ?? []);
}

/** An address alone on its line, behind a label, in angle brackets at the start, or beside a reply code. */
function statedAddress(line: string): string | undefined {
  const text = line.slice(0, 500);
  const address = ADDRESS.exec(text)?.[1];
  if (address === undefined || /\b(?:post_?master|mailer-daemon)@/i.test(address)) return undefined;
  const at = text.indexOf(address);
  const [left, right] = [text.slice(0, at).trim(), text.slice(at + address.length).trim()];
  const alone = /^[<("'[]*$/.test(left) && /^[>)"'\]]*(?:[:;,.].*|\(.*|on \d.*|\.\.\..*)?$/.test(right);
  const stated = /[a-z)]:\s{0,8}<?$/i.test(left) && !/^(?:from|sender|reply-to|cc|return-path):/i.test(left) &&
    /^>?$/.test(right);
  const labelled = stated ||
    /(?:^|\s)(?:to|for|user|recipient|rcpt to|address|mailbox)s?\s{0,8}:?\s{0,8}[<("'[]*$/i.test(left);
  return alone || labelled || (REPLY.test(text) && /<$/.test(left)) ? address : undefined;
}

/** The first lines with a reply or status code from the recipient's line on, up to the next recipient. */
function reasonBelow(lines: readonly string[], index: number): Pick<NoticeRecipient, 'status' | 'diagnostic'> {
  for (let offset = 0; offset <= REASON_LINES; offset++) {
    const line = lines[index + offset]?.slice(0, 1000);
    if (line === undefined || (offset > 0 && statedAddress(line) !== undefined && !REPLY.test(line))) break;
    const status = STATUS.exec(line)?.[1];
    if (status === undefined && !REPLY.test(line)) continue;
    return withoutUndefined({ status, diagnostic: { type: 'smtp', text: toValue(line) } });
  }
  return {};
}
