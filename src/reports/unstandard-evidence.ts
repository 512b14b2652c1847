// Weighs whether a message without a standard form is a bounce or an automatic reply; only strong evidence counts.

import type { MessageFields } from './message-fields.ts';
import { noticeText } from './notice-text.ts';
import type { MimePart } from './split-parts.ts';

/** What a report without a standard form can be. */
export type UnstandardClass = 'bounce' | 'auto-reply';

/** One independent observation that adds its weight. */
interface Clue {
  readonly weight: number;
  readonly pattern: RegExp;
  /** A trace of mail machinery, which a letter (or a forged warning) about lost mail does not have. */
  readonly technical?: true;
}

// The local part (or the whole name) that mail systems sign their notices with; RFC 5321 section 4.5.5 and custom.
const DAEMON =
  /\b(?:mail(?:er)?[-_. ]?(?:daemon|deliver(?:y|er)?)|mdaemon|post[-_]?master|mail (?:delivery|transport|administrator)|internet mail delivery|delivery (?:sub)?system|message (?:delivery|router)|system administrator|ndr administrator)/i;
// At least two of these kinds of clue have to come together: see MIN_BOUNCE.
const SUBJECT: readonly Clue[] = [
  {
    weight: 3,
    pattern:
      /\b(?:undeliver(?:able|ed)|undelivrable|unzustellbar|non[- ]?delivery|delivery (?:has )?fail(?:ed|ure)|fail(?:ed|ure)[- ](?:notice|delivery|mail)|returned (?:e?mail|to sender)|return(?:ing)?(?: (?:message|mail))? to sender|mail (?:delivery )?failed|failed mail|delivery status notification|mail (?:system|delivery) (?:error|failure|problem|warning)|mail not delivered|delivery (?:error|problem|report|notification|warning|delayed)|not (?:yet )?(?:be )?deliver(?:ed|able)|could not (?:be )?(?:send|sent|deliver(?:ed)?)|user unknown|unknown user|unable to deliver|not delivered|message status|mail delivery (?:sub)?system)\b/i,
  },
  {
    weight: 3,
    pattern:
      /(?:не доставлено|配信|送信できません|配達|投递|退信|无法送达|傳送失敗|传输失败|エラー通知|error de entrega|mensaje no entregado)/i,
  },
  { weight: 2, pattern: /\b(?:failed|failure|delayed|rejected|bounced?|warning|processing error|undeliver)\b/i },
];
const TEXT: readonly Clue[] = [
  // Words that a mail system uses about a message it could not hand on.
  {
    weight: 3,
    pattern:
      /this (?:message|is an? automatic\S* (?:generated )?message|report|mail|e-?mail) (?:was|is|has been)? ?(?:created|generated|relates|sent) (?:automatically )?(?:by|to)? ?(?:the )?(?:mail|smtp|a mail|your mail)|this is the (?:qmail|mail system|postfix|mail delivery|machine)|(?:did|could|can|was|has|have|were|been)(?: ?not|n'?t)(?: yet)?(?: be)?(?: been)? (?:reach(?:ed)?|deliver(?:ed|able)?|(?:able|possible) to (?:be )?(?:deliver|reach|send))|unable to (?:deliver|send|relay|reach|process)|(?:permanent|fatal|transient|non-fatal) (?:fatal )?(?:delivery )?errors?|delivery (?:to|of|for|attempt)\b.{0,200}\b(?:fail(?:ed|ure)|delayed|suspended|unsuccessful)|failed (?:to deliver|delivery|recipients?|addresses)|undeliver(?:able|ed)|(?:message|mail|e-?mail) (?:has been |was |is being |could not be )?(?:returned|rejected|bounced|not delivered|undeliverable)|returning (?:your|the|this) (?:message|mail)|non-?delivery|returned mail/i,
  },
  {
    weight: 3,
    pattern:
      /\b(?:user|recipient|mailbox|account|address|host|domain|destination)s? (?:is |was |name |address )?(?:unknown|not (?:known|found|local|listed|exist)|unavailable|disabled|rejected|full|inactive|over quota|does ?n[o']t exist|invalid)|(?:unknown|invalid|no such) (?:local )?(?:user|recipient|mailbox|address|domain|host)|(?:exceeds?|exceeded|over) (?:(?:the|its|his|your|allowed|disk|mailbox|storage) )*quota|quota exceeded|doesn'?t have an? .{0,40} account|relay(?:ing)? (?:not permitted|denied)|user has moved|not a (?:valid|known) (?:user|recipient|address)/i,
  },
  {
    weight: 3,
    technical: true,
    pattern:
      /(?:to|by|for) the following (?:e-?mail )?(?:recipient|user|address|person|destination)|following (?:recipient|address|destination)(?:s|es|\(e?s\))? (?:could|did|has|have|had|was|were|failed)/i,
  },
  {
    weight: 2,
    technical: true,
    pattern:
      /\b[45]\d\d[ -](?:#?[45]\.\d{1,3}\.\d{1,3}\b|[^\n]{0,120}(?:user|mailbox|recipient|relay|denied|reject|quota|unknown|exist))|\b[45]\.[0-7]\.\d{1,3}\b|\b(?:smtp|remote (?:host|server)|error|server)\b[^\n]{0,60}\b[45]\d\d\b/i,
  },
  {
    weight: 2,
    technical: true,
    pattern: /^ {0,8}<[^<>\s@]{1,64}@[^<>\s@]{1,255}>:?\s*$/m,
  },
  {
    weight: 1,
    technical: true,
    pattern:
      /-{3,}[^\n]{0,80}(?:original|returned|copy|transcript|unsent|header|message|below)|(?:copy of (?:the|your) (?:original )?(?:message|mail))|original (?:message|mail) (?:follows?|header|received)|^Received: (?:from|by|\(qmail)/im,
  },
];

const MIN_BOUNCE = 5;
const DAEMON_ADDRESS = /\b(?:mailer-?daemon|mdaemon|mail\.delivery\.system)\b|<\s*>\s*$/i;

/** What the message is, or undefined when it may be a letter. */
export function classifyUnstandard(fields: MessageFields, parts: readonly MimePart[]): UnstandardClass | undefined {
  const auto = isAutoReply(fields);
  return isBounce(fields, { parts, auto }) ? 'bounce' : auto ? 'auto-reply' : undefined;
}

function isBounce(fields: MessageFields, { parts, auto }: { parts: readonly MimePart[]; auto: boolean }): boolean {
  const sender = senderWeight(fields);
  const subject = weigh(fields.subject, SUBJECT);
  const failed = fields.raw('x-failed-recipients') === '' ? 0 : 3;
  // Nothing but the words of the body would be left to judge by: ordinary mail, which costs no look at the body.
  if (sender + failed === 0 && (isReply(fields.subject) || !(auto || subject >= 3))) return false;
  const body = bodyEvidence(parts);
  const technical = body.technical || failed > 0 || fields.nullSender || DAEMON_ADDRESS.test(fields.from) ||
    (subject >= 3 && body.notice >= 3 && /\bpost[-_]?master\\?@/i.test(fields.from));
  return technical && sender + failed + subject + body.total >= MIN_BOUNCE && body.notice + subject + failed >= 2 &&
    (sender + failed > 0 || (subject >= 3 && body.total >= 5));
}

function isReply(subject: string): boolean {
  return /^\s*(?:re|fwd?|aw|wg|sv|tr)\s*:/i.test(subject);
}

/** Weight of the heaviest clue found. */
function weigh(text: string, clues: readonly Clue[]): number {
  return Math.max(0, ...clues.map(({ weight, pattern }) => (pattern.test(text) ? weight : 0)));
}

function senderWeight({ from, nullSender, raw }: MessageFields): number {
  const daemon = DAEMON.test(from) || DAEMON_ADDRESS.test(from) || /daemon\b/i.test(raw('return-path'));
  return (daemon ? 2 : 0) + (nullSender ? 1 : 0);
}

/** What the parts say: words of the notice, and a returned message beside it. */
function bodyEvidence(parts: readonly MimePart[]): { total: number; notice: number; technical: boolean } {
  const text = noticeText(parts);
  const found = TEXT.filter(({ pattern }) => pattern.test(text));
  const notice = found.reduce((sum, { weight }) => sum + weight, 0);
  const returned = parts.some(({ mime }) => /^(?:message\/(?:rfc822|global)|text\/rfc822-headers)/.test(mime.type));
  const technical = returned || found.some((clue) => clue.technical === true);
  return { total: notice + (returned ? 2 : 0), notice, technical };
}

/** RFC 3834 section 5, and what vacation programs wrote before it and still write. */
function isAutoReply({ subject, nullSender, raw }: MessageFields): boolean {
  const program = /^auto[-_]?reply/i.test(raw('precedence')) || /^vacation/i.test(raw('x-apple-action')) ||
    ['x-autoreply', 'x-autorespond', 'x-autoresponder', 'x-ms-exchange-inbox-rules-loop'].some((n) => raw(n) !== '');
  // RFC 5321 section 4.5.5: letters do not come from the null reverse-path, and lists do not either.
  const notice = nullSender && (AUTO_SUBJECT.test(subject) || /^(?:bulk|junk)\b/i.test(raw('precedence')));
  return /^auto-replied\b/i.test(raw('auto-submitted')) || program || notice ||
    /^auto: .*\bout of the office\b/i.test(subject);
}

const AUTO_SUBJECT =
  /^\s*(?:(?:re|aw)\s*:\s*)?[[(]?(?:auto(?:matic(?:ally)?|mated)?[- ]?(?:generated )?(?:reply|response|respon[ds]er|answer)|auto(?:matic)?:|out of (?:the )?office|abwesenheit|automatische antwort|réponse automatique|respuesta automática|risposta automatica|automatyczna odpowied)|\((?:automatic|auto)[- ]?(?:response|reply)\)|\bout of (?:the )?office\b/i;
