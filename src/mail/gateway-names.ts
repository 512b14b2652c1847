// The names in a record that nobody outside sets: the doors refuse or pass over them, headers and callers never reach them.

/** What only the gateway can say: where a message came from, and what was found out about it. */
export const GATEWAY_NAMES: ReadonlySet<string> = new Set([
  'message-id',
  'received',
  'hostname',
  'connection',
  'http',
  'cli',
  'checks',
  'refused',
  'report',
  'spam',
  'helo',
  'tls',
  'size',
  'sha256',
]);

/** The message and its envelope, which every door has ways of its own to take. */
export const MESSAGE_NAMES: ReadonlySet<string> = new Set(['envelope', 'recipient', 'mime', 'mime-encoding']);
