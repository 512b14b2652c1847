// Labels of the outside sets that we read otherwise, each with the reason; they are counted with our reading and listed.
import type { Label } from './corpus.ts';

/** Our reading of one mail. */
export interface Contested {
  readonly label: Label;
  readonly reason: string;
}

const MULTIPART_REPORT =
  'is a multipart/report with a delivery-status part: a DSN by RFC 3464 section 2, whatever it asks for';
const SPAM =
  'is unsolicited mail from a person, with no word about a delivery: no notification by RFC 5321 section 4.5.5';
const NEGATIVE_DSN = 'a set for MIME robustness holds it, but it is a DSN by RFC 3464 section 2';

const BOUNCEPARSER = 'dsn-bounceparser/data/t/corpus';
const RUBYMAIL = 'mime-rubymail/data';

/** By path inside the corpora. */
export const CONTESTED: ReadonlyMap<string, Contested> = new Map<string, Contested>([
  [`${BOUNCEPARSER}/boxbe-cr.msg`, { label: 'dsn', reason: MULTIPART_REPORT }],
  [`${BOUNCEPARSER}/boxbe-cr2.msg`, { label: 'dsn', reason: MULTIPART_REPORT }],
  [`${BOUNCEPARSER}/whitelist.msg`, { label: 'dsn', reason: MULTIPART_REPORT }],
  [`${BOUNCEPARSER}/aol-vacation.msg`, {
    label: 'auto-reply',
    reason:
      'Auto-Submitted: auto-replied is what RFC 3834 section 5 marks automatic replies with; the set only asks about bounces',
  }],
  [`${BOUNCEPARSER}/autoreply.msg`, {
    label: 'auto-reply',
    reason: 'a person thanks for a mail, from the null sender: an automatic reply by RFC 3834 section 3.3, no bounce',
  }],
  [`${BOUNCEPARSER}/warning-6.msg`, {
    label: 'auto-reply',
    reason: '"is out of the office": a personal response by RFC 3834 section 1.1, no bounce',
  }],
  [`${BOUNCEPARSER}/spam-bogus-email-in-report.msg`, { label: 'none', reason: SPAM }],
  [`${BOUNCEPARSER}/spam-lots-of-bogus-addresses.msg`, { label: 'none', reason: SPAM }],
  [`${BOUNCEPARSER}/spam-with-badly-parsed-email.msg`, { label: 'none', reason: SPAM }],
  [`${BOUNCEPARSER}/spam-with-image.msg`, { label: 'none', reason: SPAM }],
  ['dsn-bounceparser/data/xt/corpus/virus-caused-multiple-weird-reports.msg', { label: 'none', reason: SPAM }],
  ['dsn-sisimai-give/data/bsd/lhost-amazonses-13.eml', {
    label: 'none',
    reason:
      'a JSON message of a notification service about a successful delivery: no DSN (RFC 3464 section 2) and no bounce',
  }],
  ['mdn-give/data/james/mdn_relate_original_message.eml', {
    label: 'none',
    reason: 'the message that an MDN is about, itself text/plain: an MDN is a multipart/report (RFC 8098 section 3)',
  }],
  ['mime-enmime/data/mail/multipart-wo-boundary.raw', {
    label: 'bounce',
    reason:
      'a DSN of MAILER-DAEMON that lost its boundary, without which it has no standard form (RFC 2046 section 5.1.1)',
  }],
  ['mime-mime4j/data/core/src/test/resources/mimetools-testmsgs/badbound.msg', {
    label: 'bounce',
    reason: 'a notice of a postmaster that returns a mail, in a multipart/mixed (RFC 5321 section 4.5.5)',
  }],
  ['mime-flanker/data/disposition-notification.eml', {
    label: 'mdn',
    reason: 'the example of an MDN from RFC 8098 appendix A',
  }],
  ['mime-postalmime/data/fixtures/arf.eml', { label: 'arf', reason: 'the example of RFC 5965 appendix B' }],
  ['mime-postalmime/data/fixtures/bounce.eml', { label: 'dsn', reason: NEGATIVE_DSN }],
  ['mime-mailparser/data/test/fixtures/delivery-status.eml', { label: 'dsn', reason: NEGATIVE_DSN }],
  ['mime-postfix-haraka/data/postfix/global/mime_global.in', { label: 'dsn', reason: NEGATIVE_DSN }],
  ['mime-python/data/msg_05.txt', { label: 'dsn', reason: NEGATIVE_DSN }],
  ['mime-python/data/msg_16.txt', { label: 'dsn', reason: NEGATIVE_DSN }],
  ['mime-python/data/msg_25.txt', { label: 'dsn', reason: NEGATIVE_DSN }],
  ['mime-python/data/msg_43.txt', { label: 'dsn', reason: NEGATIVE_DSN }],
  [`${RUBYMAIL}/mime_emails/raw_email_with_mimepart_without_content_type.eml`, { label: 'dsn', reason: NEGATIVE_DSN }],
  [`${RUBYMAIL}/multipart_report_emails/multi_address_bounce1.eml`, { label: 'dsn', reason: NEGATIVE_DSN }],
  [`${RUBYMAIL}/multipart_report_emails/multi_address_bounce2.eml`, { label: 'dsn', reason: NEGATIVE_DSN }],
  [`${RUBYMAIL}/multipart_report_emails/multipart_report_multiple_status.eml`, { label: 'dsn', reason: NEGATIVE_DSN }],
  [`${RUBYMAIL}/multipart_report_emails/report_422.eml`, { label: 'dsn', reason: NEGATIVE_DSN }],
  [`${RUBYMAIL}/multipart_report_emails/report_530.eml`, { label: 'dsn', reason: NEGATIVE_DSN }],
]);
