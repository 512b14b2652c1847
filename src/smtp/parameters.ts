// The ESMTP parameters of MAIL and RCPT: SIZE (RFC 1870), BODY (6152), SMTPUTF8 (6531), DSN (3461) and AUTH (4954).

import type { DsnParameters } from '../mail/envelope.ts';
import type { Parameters } from './command.ts';
import { REPLIES, type Reply, toReply } from './reply.ts';

/** What MAIL said besides the address. */
export interface MailParameters {
  readonly smtputf8: boolean;
  /** SIZE: bytes of content, as the client says. */
  readonly size?: number;
  /** RET and ENVID, verbatim. */
  readonly dsn: Pick<DsnParameters, 'ret' | 'envid'>;
}

// RFC 3461 sections 4.2 and 4.4: at most 500 and 100 characters of xtext.
const ORCPT = /^[a-z\d-]+;[!-~]{1,500}$/i;
const ENVID = /^[!-~]{1,100}$/;
// RFC 4954 section 3: what AUTH= may add to a MAIL command.
const LONGEST_AUTH = 500;
const NOTIFY = /^(?:NEVER|(?:SUCCESS|FAILURE|DELAY)(?:,(?:SUCCESS|FAILURE|DELAY)){0,2})$/i;

const badParameter = (name: string) => toReply(555, '5.5.4', `Parameter ${name} not recognized or not valid here`);

/** Reads the parameters of MAIL; a reply when one is unknown, malformed or asks too much. */
export function applyMailParameters(
  parameters: Parameters | undefined,
  { maxBytes, offerDsn, offerAuth = false }: {
    readonly maxBytes: number;
    readonly offerDsn: boolean;
    readonly offerAuth?: boolean;
  },
): MailParameters | Reply {
  if (parameters === undefined) return toReply(555, '5.5.4', 'Parameters need EHLO');
  let smtputf8 = false;
  let size: number | undefined;
  const dsn: { ret?: string; envid?: string } = {};
  for (const [name, value] of parameters) {
    if (name === 'SIZE' && /^\d{1,20}$/.test(String(value))) {
      size = Number(value);
      if (size > maxBytes) return REPLIES.tooLarge;
    } else if (name === 'SMTPUTF8' && value === true) smtputf8 = true;
    else if (name === 'BODY' && /^(?:7BIT|8BITMIME)$/i.test(String(value))) continue;
    else if (name === 'RET' && offerDsn && /^(?:FULL|HDRS)$/i.test(String(value))) {
      dsn.ret = String(value).toUpperCase();
    } else if (name === 'ENVID' && offerDsn && value !== true && ENVID.test(value)) dsn.envid = value;
    // RFC 4954 section 5: who submitted it elsewhere is believed of nobody; clients that log in send AUTH=<> all the same.
    else if (name === 'AUTH' && offerAuth && value !== true && value.length <= LONGEST_AUTH) continue;
    else return badParameter(name);
  }
  return { smtputf8, dsn, ...(size === undefined ? {} : { size }) };
}

/** Reads the parameters of RCPT and joins them with those of MAIL; undefined when there are none at all. */
export function toRecipientDsn(
  parameters: Parameters | undefined,
  { offered, dsn }: { readonly offered: boolean; readonly dsn: MailParameters['dsn'] },
): DsnParameters | Reply | undefined {
  if (parameters === undefined) return toReply(555, '5.5.4', 'Parameters need EHLO');
  const own: { notify?: string; orcpt?: string } = {};
  for (const [name, value] of parameters) {
    if (name === 'NOTIFY' && offered && value !== true && NOTIFY.test(value)) own.notify = value.toUpperCase();
    else if (name === 'ORCPT' && offered && value !== true && ORCPT.test(value)) own.orcpt = value;
    else return badParameter(name);
  }
  const joined = { ...own, ...dsn };
  return Object.keys(joined).length === 0 ? undefined : joined;
}
