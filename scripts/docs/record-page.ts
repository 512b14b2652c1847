// Writes docs/record.md from the schema of the record.

import { createHash } from 'node:crypto';
import { toRecordJsonSchema } from '../record-json-schema.ts';
import { toPropertyList } from './schema-list.ts';

const MIME = 'Subject: hello\r\n\r\nBy SMTP.\r\n';

/** A record as it is published, shown on the page. */
export const SAMPLE = {
  'message-id': '0MWQ7YG5I000000002862FJAJQ6',
  'recipient': 'you@example.org',
  'received': '2026-11-21 09:42:09',
  'hostname': 'mx.example.com',
  'envelope': 'me@example.com',
  'tags': ['welcome'],
  'ips': ['198.51.100.1'],
  'dsn': { 'notify': 'FAILURE', 'orcpt': 'rfc822;you@example.org', 'ret': 'HDRS' },
  'connection': {
    'local-ip': '198.51.100.1',
    'local-port': 25,
    'remote-ip': '192.0.2.7',
    'remote-port': 48818,
    'secure': true,
    'user': 'mailer',
  },
  'helo': 'client.example.com',
  'tls': { 'version': 'TLSv1.3', 'cipher': 'TLS_AES_256_GCM_SHA384' },
  'checks': [
    { 'spf': 'pass', 'smtp.mailfrom': 'me@example.com' },
    { 'dkim': 'pass', 'domain': 'example.com', 'selector': 's1', 'header.i': '@example.com', 'header.b': 'dGhpcyBp' },
    { 'dmarc': 'pass', 'header.from': 'me@example.com' },
  ],
  'size': MIME.length,
  'sha256': createHash('sha256').update(MIME).digest('hex'),
  'mime': MIME,
};

const INTRODUCTION = `# The record

Generated from the schema in \`src/queue/record-schema.ts\`; change it there and run \`npm run docs\`.

A message is published as **one record for each recipient**: one AMQP message in RabbitMQ, one row in the embedded queue.
Its body is a JSON object with MailerQ's properties and a few more. [record.schema.json](record.schema.json) is the same
as JSON Schema; every record that the tests publish is validated against it.

\`\`\`json
${JSON.stringify(SAMPLE, null, 2)}
\`\`\`

## As an AMQP message

| property           | value                                                                    |
| ------------------ | ------------------------------------------------------------------------ |
| routing key        | the name of the queue; the exchange is \`rabbitmq-exchange\`               |
| \`content-type\`     | \`application/json\`                                                       |
| \`content-encoding\` | \`gzip\` with \`rabbitmq-encoding: gzip\`, else absent                       |
| delivery mode      | 2 (persistent), unless \`rabbitmq-persistent\` is false                    |
| \`message-id\`       | as in the body                                                           |
| \`timestamp\`        | when the message came in, in seconds                                     |
| \`app-id\`           | \`mailchute\`                                                              |
| \`priority\`         | \`priority\` of the body, where it has one                                 |

## Reading it

- **Content.** Without \`mime-encoding\` the message is the string \`mime\`, in UTF-8; with \`"base64"\` it is what that
  decodes to. Either way the bytes are those of the sender, with CRLF line ends, but for what the configuration adds or
  takes out (\`Received\`, x-mq-\\* headers, \`Authentication-Results\`). \`size\` and \`sha256\` are about these bytes.
- **Identity.** \`message-id\` is chosen before the first attempt to publish and kept over every retry. A consumer that
  remembers the ids of a day sees each record once; [What is guaranteed](guarantees.md) says where duplicates come from.
- **Null sender.** A bounce has no \`envelope\`.
- **Unknown properties.** Custom x-mq-\\* headers and custom properties over HTTP stand beside the listed ones. Ignore
  what you do not know: later versions may add properties.
- **One of \`connection\`, \`http\`, \`cli\`** says by which way the message came in.

## Properties
`;

/** The page. */
export function toRecordPage(): string {
  return `${INTRODUCTION}\n${toPropertyList(JSON.parse(toRecordJsonSchema()), { required: 'always there' })}`;
}
