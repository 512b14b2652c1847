// From the composed gateway to the open SMTP door: who may connect, its limits, its TLS.

import type { Config } from '../config/keys.ts';
import { ClientGate } from '../net/client-gate.ts';
import { openBlocklist } from '../smtp/blocklist.ts';
import { listenSmtp, type SmtpDoor } from '../smtp/listener.ts';
import type { Log } from '../telemetry/log.ts';
import { type AccessByDefault, toAccessRule } from './access-rule.ts';
import type { Gateway } from './compose-gateway.ts';
import type { GatewayPart } from './gateway-part.ts';
import { toContentWeight } from './memory-shares.ts';

// Longest time for the PROXY header of a listed peer.
const PROXY_HEADER_MS = 5000;
// Longest time for a TLS handshake.
const HANDSHAKE_MS = 30_000;

/** Rejects when a port cannot be opened or the list of blocked addresses cannot be read. */
export async function openSmtp({ part, meter, ...gateway }: Gateway): Promise<SmtpDoor> {
  const { config, log, pipeline, messageCounts, authenticator, greetingName, certificate } = gateway;
  const { places, counts, listen, room } = part;
  const door = await listenSmtp({
    pipeline,
    log,
    messageCounts,
    authenticator,
    greetingName,
    tls: certificate && { certificate, handshakeTimeoutMs: HANDSHAKE_MS },
    gate: createGate(config, { log, counts, byDefault: authenticator === undefined ? 'loopback' : 'everybody' }),
    places,
    room,
    contentWeight: toContentWeight(config),
    settings: {
      maxBytes: Math.min(config['smtp-maxsize'], config['rabbitmq-max-message-size']),
      maxRecipients: config['smtp-max-recipients'] || Infinity,
      maxMessages: config['smtp-max-messages'],
      offerDsn: config['dsn-advertise'],
      barePaths: config['smtp-validate-address'] === 'loose',
      idleTimeoutMs: config['smtp-timeout'] * 1000,
      dataTimeoutMs: config['smtp-data-timeout'] * 1000,
      greetingDelayMs: config['smtp-greeting-delay'] * 1000,
    },
  }, { addresses: config['smtp-ip'], ports: config['smtp-port'], securePorts: config['smtp-secure-port'], listen });
  meter.gauge('mailchute_sessions_open', { door: 'smtp' }, () => door.sessions());
  return door;
}

/** Throws an Error when the list of blocked addresses cannot be read. */
function createGate(
  config: Config,
  { log, counts, byDefault }: {
    readonly log: Log;
    readonly counts: GatewayPart['counts'];
    readonly byDefault: AccessByDefault;
  },
): ClientGate {
  const blocklist = config['smtp-protection'] ? config['smtp-blocklist'] : undefined;
  return new ClientGate({
    proxies: config['smtp-proxy'],
    headerTimeoutMs: PROXY_HEADER_MS,
    isAllowed: toAccessRule(config['smtp-range'], byDefault),
    isBlocked: blocklist === undefined ? () => false : openBlocklist(blocklist, log),
    maxPerAddress: config['smtp-connections-per-ip'],
  }, counts);
}
