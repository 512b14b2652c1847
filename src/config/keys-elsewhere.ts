// MailerQ's keys that concern other things than taking mail in: accepted, with a warning that they have no effect.
//
// A key belongs here when passing over it changes nothing about which mail is accepted, from whom, and what becomes of
// it at this gateway: delivery, the management console, the licence, the cluster and the tuning of its own resolver.

const DELIVERY = 'delivery is the work of the programs that read the queue';
const COMPOSING = 'messages are not composed or downloaded here';
const CONSOLE = 'there is no management console';
const DATABASE = 'settings come from the configuration alone, not from a database';
const CLUSTER = 'gateways need no cluster: each one works for itself';
const RESOLVER = "it tunes MailerQ's own resolver";
const PROCESS = "it concerns MailerQ's own process";

const ROWS: Readonly<{ [reason: string]: readonly string[] }> = {
  [DELIVERY]: [
    'rabbitmq-dsn',
    'rabbitmq-results',
    'rabbitmq-success',
    'rabbitmq-failure',
    'rabbitmq-retry',
    'rabbitmq-retries',
    'rabbitmq-consumers',
    'rabbitmq-qos',
    'rabbitmq-minqos',
    'rabbitmq-flush-qos',
    'temporary-type',
    'temporary-exchange',
    'temporary-declare',
    'temporary-durable',
    'dsn-notify',
    'dsn-ret',
    'dsn-envelope',
    'dsn-mta',
    'validate-envelope',
    'validate-recipient',
    'max-delivertime',
    'max-attempts',
    'retry-interval',
    'smtp-connections-out',
    'smarthost',
    'smarthost-port',
    'smarthost-username',
    'smarthost-password',
    'smtp-sink-address',
    'smtp-sink-port',
    'smtp-sink-username',
    'smtp-sink-password',
    'send-log-file',
    'send-log-format',
    'send-bin-log-file',
    'send-log-directory',
    'send-log-prefix',
    'send-log-history',
    'send-log-maxsize',
    'send-log-maxage',
    'send-log-compression',
    'storage-timeout',
    'storage-reschedule',
    'dns-helofile',
    'paused',
  ],
  [COMPOSING]: [
    'proxy-server',
    'download-blacklist',
    'download-whitelist',
    'download-cache',
    'download-ttl',
    'download-proxy',
    'download-log-file',
    'download-log-format',
    'download-log-directory',
    'download-log-prefix',
    'download-log-history',
    'download-log-maxsize',
    'download-log-maxage',
    'download-log-compression',
  ],
  [CONSOLE]: [
    'www-host',
    'www-url',
    'www-dir',
    'www-password',
    'www-connections',
    'www-cache-control',
    'www-log-file',
    'www-bin-log-file',
    'www-log-format',
    'render-useragent',
  ],
  [DATABASE]: ['database-address', 'database', 'database-ttl', 'database-validate'],
  [CLUSTER]: [
    'cluster-address',
    'cluster-exchange',
    'cluster-verify',
    'cluster-timeout',
    'cluster-host',
    'cluster-user',
    'cluster-password',
    'cluster-vhost',
  ],
  [RESOLVER]: [
    'dns-threads',
    'dns-getaddrinfo',
    'dns-min-ttl',
    'dns-interval',
    'dns-capacity',
    'dns-sockets',
    'dns-buffersize',
    'dns-rotate',
    'dns-expire',
    'dns-spread',
    'dns-force',
  ],
  [PROCESS]: [
    'license',
    'lock',
    'heartbeat',
    'heartbeat-enabled',
    'daemon',
    'disable-crash-report',
    'disable-crash-post',
  ],
  // Without the change of user the gateway keeps the rights with which it was started, which may be root's.
  'the gateway never changes its user: start it as that user': ['user'],
  'errors are events: set application-log': ['error-log'],
};

/** The keys without effect here, by name, each with the reason. */
export const ELSEWHERE_KEYS: ReadonlyMap<string, string> = new Map(
  Object.entries(ROWS).flatMap(([reason, names]) => names.map((name): [string, string] => [name, reason])),
);
