// Keys that concern mail on its way in and are known, but whose feature is not there: a value is a fault, not a wish.
//
// A key belongs here when passing over it would change what is accepted, from whom, or what becomes of it. To support
// one, remove its row here and add one to the table of its group.

/** A known key without its feature. */
export interface UnsupportedKey {
  /** What is missing, as it follows "not supported:". */
  readonly reason: string;
  readonly aliases: readonly string[];
}

const STORE = 'there is no message store, records carry the message themselves';
const SPOOL_DIRECTORY = 'no directory is watched';
const RECEIVED_LOG_ROTATION = 'set received-log-file, and let logrotate(8) rotate it (SIGHUP opens it again)';
const RECEIVED_LOG_FORM = 'the received log has one JSON object on each line: set received-log-file';

const ROWS: Readonly<{ [reason: string]: readonly string[] }> = {
  'write rabbitmq-address instead': ['rabbitmq-host', 'rabbitmq-user', 'rabbitmq-password', 'rabbitmq-vhost'],
  [STORE]: ['storage-address storage', 'storage-policy', 'storage-ttl', 'storage-threads'],
  [SPOOL_DIRECTORY]: [
    'spool-directory',
    'spool-fail-directory',
    'spool-delay',
    'spool-remove',
    'spool-extract',
    'spool-open-files',
    'spool-threads',
  ],
  [RECEIVED_LOG_FORM]: ['received-log-format', 'received-bin-log-file'],
  [RECEIVED_LOG_ROTATION]: [
    'received-log-directory',
    'received-log-prefix',
    'received-log-history',
    'received-log-maxsize',
    'received-log-maxage',
    'received-log-compression',
  ],
  'there are no plugins': ['plugin-directory'],
};

/** The known keys without their feature, by name. */
export const UNSUPPORTED_KEYS: ReadonlyMap<string, UnsupportedKey> = new Map(
  Object.entries(ROWS).flatMap(([reason, rows]) =>
    rows.map((row): [string, UnsupportedKey] => {
      const [name = '', ...aliases] = row.split(' ');
      return [name, { reason, aliases }];
    })
  ),
);
