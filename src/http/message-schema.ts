// The shape of the JSON message of POST /v1/messages: ours, and MailerQ's outgoing properties that pass into the record.

import { isIP } from 'node:net';
import * as v from 'valibot';
import { GATEWAY_NAMES, MESSAGE_NAMES } from '../mail/gateway-names.ts';
import { outgoingProperties } from '../mail/outgoing-properties.ts';
import { mailSchema } from './mail-schema.ts';

const text = v.string('must be a string');
const texts = v.array(text, 'must be an array of strings');
const ipAddress = v.pipe(text, v.check((address) => isIP(address) !== 0, 'must be an IP address'));

/** The JSON message; names that are not listed are custom properties of any type. */
export const messageSchema = v.looseObject({
  envelope: v.optional(v.pipe(
    v.nullable(v.string('must be a string or null')),
    v.description('The sender; empty or null is the null sender. Left out: the first address of From'),
  )),
  recipient: v.optional(v.pipe(text, v.description('One recipient'))),
  recipients: v.optional(v.pipe(texts, v.description('Recipients. Left out, too: the addresses of To, Cc and Bcc'))),
  mime: v.optional(v.pipe(
    v.string('must be a string: the whole message'),
    v.nonEmpty('must not be empty'),
    v.description('The whole message, with CRLF as line end everywhere, or LF everywhere'),
  )),
  message: v.optional(mailSchema),
  'mime-encoding': v.optional(v.pipe(
    v.literal('base64', 'must be "base64" or left out'),
    v.description('That mime is base64, for content that is not UTF-8'),
  )),
  ...v.partial(v.object(outgoingProperties)).entries,
  ips: v.optional(v.array(ipAddress, 'must be an array of IP addresses')),
}, 'must be an object');

/** Names that describe the message to the door and are not passed on as they are. */
export const ENVELOPE_NAMES: ReadonlySet<string> = new Set([...MESSAGE_NAMES, 'recipients', 'message']);

/** Names that may not be given, with the reason; a caller's value for them could only be ignored. */
export const REFUSED_NAMES: { readonly [name: string]: string } = {
  ...Object.fromEntries([...GATEWAY_NAMES].map((name) => [name, 'is set by the gateway'])),
  'idempotency-key': 'is a request header: Idempotency-Key',
  key: 'a message store is not supported: send the message as mime',
};
