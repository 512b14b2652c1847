// Rules that hold between keys: contradictions are faults, combinations that cost something are warnings.

import type { Effective, Given } from './effective.ts';
import { checkHttp } from './http-checks.ts';
import { type Config, type KeyName, KEYS } from './keys.ts';
import type { Findings } from './merge.ts';
import { checkTls } from './tls-checks.ts';

/** Keys that only mean something with a broker. */
const BROKER_KEYS: readonly KeyName[] = [
  'rabbitmq-verify',
  'rabbitmq-ca',
  'rabbitmq-exchange',
  'rabbitmq-declare',
  'rabbitmq-durable',
  'rabbitmq-persistent',
  'rabbitmq-queue-type',
  'rabbitmq-lazy',
  'rabbitmq-maxpriority',
  'rabbitmq-throttle',
  'rabbitmq-publishers',
  'rabbitmq-timeout',
  'spool',
];

const LEAST_MEMORY = 1024 * 1024;

/** Applies every rule; the result has the queue type that follows from the other keys. */
export function crossCheck(effective: Effective, findings: Findings): Effective {
  const { config } = effective;
  const doors = [config['smtp-port'], config['smtp-secure-port'], config['http-port'], config['http-secure-port']];
  if (doors.every((ports) => ports.length === 0)) {
    findings.warnings.push({ where: 'smtp-port, http-port', text: 'both are none: no door will be open' });
  }
  checkBrokerKeys(effective, findings);
  checkDurability(effective, findings);
  checkSizes(effective, findings);
  checkMemory(effective, findings);
  checkProxy(effective, findings);
  checkHttp(effective, findings);
  checkLogin(effective, findings);
  checkRefused(effective, findings);
  checkResults(effective, findings);
  checkReports(effective, findings);
  return resolveQueueType(checkTls(effective, findings), findings);
}

/** A MailerQ file without rabbitmq-address means a broker on localhost; here it means no broker at all. */
function checkBrokerKeys({ config }: Effective, { warnings }: Findings): void {
  if (config['rabbitmq-address'] !== undefined) return;
  const idle = BROKER_KEYS.filter((name) => config[name] !== KEYS[name].initial);
  if (idle.length === 0) return;
  const text = `is not set: messages go to the embedded queue and not to a broker; no effect: ${idle.join(', ')}`;
  warnings.push({ where: 'rabbitmq-address', text });
}

function checkDurability({ config, given }: Effective, { warnings }: Findings): void {
  for (const name of ['rabbitmq-persistent', 'rabbitmq-durable'] as const) {
    if (config[name]) continue;
    warnings.push({ where: whereOf(name, given), text: 'false: accepted mail is lost when the broker restarts' });
  }
}

function checkSizes({ config, given }: Effective, { warnings }: Findings): void {
  const maxBytes = config['smtp-maxsize'];
  if (config['rabbitmq-address'] === undefined || maxBytes === KEYS['smtp-maxsize'].initial) return;
  if (maxBytes <= config['rabbitmq-max-message-size']) return;
  const text = 'is more than rabbitmq-max-message-size, which is the limit then';
  warnings.push({ where: whereOf('smtp-maxsize', given), text });
}

/** What content and its encoded form take at their worst, twice the content, is charged in full where it fits. */
function checkMemory({ config, given }: Effective, { faults, warnings }: Findings): void {
  const where = whereOf('memory-limit', given);
  if (config['memory-limit'] < LEAST_MEMORY) {
    faults.push({ where, text: `is too little to take any mail, expected at least ${LEAST_MEMORY} bytes` });
  }
  const largest = Math.min(config['smtp-maxsize'], config['rabbitmq-max-message-size']);
  if (config['memory-limit'] >= 2 * largest) return;
  const text = `is less than twice the largest message (${largest} bytes): such a message will take more than it`;
  warnings.push({ where, text });
}

/** Whoever is believed to be a proxy can name any client. */
function checkProxy({ config, given }: Effective, { warnings }: Findings): void {
  const [proxies, where] = [config['smtp-proxy'], whereOf('smtp-proxy', given)];
  if (proxies.some(({ prefix }) => prefix === 0)) {
    const text = 'every peer is believed to be a proxy and can name any client: list the addresses of the proxies';
    warnings.push({ where, text });
  }
  if (proxies.length > 0 && config['smtp-range'] === undefined && !requiresLogin(config)) {
    warnings.push({ where, text: 'has smtp-range at its default: no client of a proxy may connect, set smtp-range' });
  }
}

function requiresLogin(config: Config): boolean {
  return config['smtp-auth'] !== undefined || config['smtp-username'] !== undefined;
}

function checkLogin({ given }: Effective, { faults }: Findings): void {
  for (const [name, other] of [['smtp-username', 'smtp-password'], ['smtp-password', 'smtp-username']] as const) {
    if (!given.has(name) || given.has(other)) continue;
    faults.push({ where: whereOf(name, given), text: `needs ${other}, too: nobody could log in` });
  }
}

/** The refused queue drops its oldest records, which no other queue may. */
function checkRefused({ config, given }: Effective, { faults, warnings }: Findings): void {
  const where = whereOf('rabbitmq-refused', given);
  if (config['rabbitmq-refused'] === undefined) return;
  for (const name of ['rabbitmq-inbox', 'rabbitmq-local', 'rabbitmq-primary', 'rabbitmq-reports'] as const) {
    if (config[name] !== config['rabbitmq-refused']) continue;
    faults.push({ where, text: `is the same queue as ${name}: name another one, refused mail may be dropped` });
  }
  if (!requiresLogin(config)) {
    warnings.push({ where, text: 'smtp-auth is not set: no mail is refused for lack of authentication' });
  }
}

/** Without a queue for them, reports are not told from other mail. */
function checkReports({ config, given }: Effective, { faults }: Findings): void {
  if (config['smtp-reports'] !== 'all' || config['rabbitmq-reports'] !== undefined) return;
  faults.push({
    where: whereOf('smtp-reports', given),
    text: 'all needs rabbitmq-reports: name the queue for reports',
  });
}

/** A header without results says nothing. */
function checkResults({ config, given }: Effective, { warnings }: Findings): void {
  if (config['smtp-auth-results'].length === 0 || config['smtp-check'].length > 0) return;
  const text = 'has no effect: smtp-check is empty, there are no results';
  warnings.push({ where: whereOf('smtp-auth-results', given), text });
}

/** Quorum queues have no priorities, are always durable and know no lazy mode (RabbitMQ 3.10 to 4). */
function resolveQueueType(effective: Effective, { faults }: Findings): Effective {
  const { config, given } = effective;
  const demands: readonly { key: KeyName; type: Config['rabbitmq-queue-type']; made: boolean }[] = [
    { key: 'rabbitmq-lazy', type: 'lazy', made: config['rabbitmq-lazy'] },
    { key: 'rabbitmq-maxpriority', type: 'classic', made: config['rabbitmq-maxpriority'] !== undefined },
    { key: 'rabbitmq-durable', type: 'classic', made: !config['rabbitmq-durable'] },
  ];
  const made = demands.filter((demand) => demand.made);
  const [first] = made;
  if (first === undefined) return effective;
  const chosen = given.get('rabbitmq-queue-type');
  if (chosen === undefined) return withQueueType(effective, first.type, { because: first.key });
  if (config['rabbitmq-queue-type'] === 'quorum') {
    for (const { key } of made) {
      const text = `quorum does not go with ${key} (${given.get(key)?.origin}): choose classic, or leave ${key} out`;
      faults.push({ where: chosen.where, text });
    }
    return effective;
  }
  // classic and lazy do not contradict each other: a lazy queue is a classic one.
  return config['rabbitmq-lazy'] ? withQueueType(effective, 'lazy', { because: 'rabbitmq-lazy' }) : effective;
}

function withQueueType(
  { config, given }: Effective,
  type: Config['rabbitmq-queue-type'],
  { because }: { readonly because: KeyName },
): Effective {
  const origin = `${because} (${given.get(because)?.origin})`;
  const where = whereOf(because, given);
  return {
    config: { ...config, 'rabbitmq-queue-type': type },
    given: new Map([...given, ['rabbitmq-queue-type', { text: type, origin, where }]]),
  };
}

function whereOf(name: KeyName, given: ReadonlyMap<KeyName, Given>): string {
  return given.get(name)?.where ?? name;
}
