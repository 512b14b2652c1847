// `mailchute serve`: the composition root, from configuration to outlet to pipeline to doors, and the orderly way back.

import process from 'node:process';
import { type Authenticator, openAuthenticator } from '../auth/authenticator.ts';
import type { Config } from '../config/keys.ts';
import { toFaultLine } from '../config/fault.ts';
import { createApp } from '../http/app.ts';
import { type HttpListener, listenHttp } from '../http/listener.ts';
import { isLoopback } from '../mail/ip-address.ts';
import { type IpRanges, rangesContain } from '../mail/ip-ranges.ts';
import { createMessageIds } from '../mail/message-id.ts';
import { type AddressSource, ClientGate } from '../net/client-gate.ts';
import { type GreetingNames, loadGreetingNames } from '../net/greeting-names.ts';
import type { LiveCertificate } from '../net/live-certificate.ts';
import { SessionPlaces } from '../net/session-places.ts';
import { createPipeline, type Pipeline } from '../pipeline/ingest.ts';
import type { Outlet } from '../queue/outlet.ts';
import { openBlocklist } from '../smtp/blocklist.ts';
import { listenSmtp, type SmtpDoor } from '../smtp/listener.ts';
import { createLog, type Log } from '../telemetry/log.ts';
import type { CommandIo } from './command-io.ts';
import { type GatewayConfig, loadGatewayConfig } from './gateway-config.ts';
import { openCertificate } from './open-certificate.ts';
import { openLocalAddresses } from './open-local-addresses.ts';
import { openOutlet } from './open-outlet.ts';
import { toPipelineSettings } from './pipeline-settings.ts';
import { onReload, waitForStop } from './signals.ts';

/** What the doors are built from. */
interface Gateway {
  readonly config: Config;
  readonly log: Log;
  readonly outlet: Outlet;
  readonly pipeline: Pipeline;
  /** Undefined where nobody has to log in. */
  readonly authenticator: Authenticator | undefined;
  readonly greetingName: GreetingNames;
  /** Undefined where there is no TLS. */
  readonly certificate: LiveCertificate | undefined;
  readonly isDraining: () => boolean;
}

/** Who may connect to a door without a range. */
type AccessByDefault = 'loopback' | 'everybody';

/** The open doors. */
interface Doors {
  readonly smtp: SmtpDoor;
  readonly http: HttpListener;
}

// How long the start waits for reverse DNS of the host's own addresses.
const GREETING_LOOKUP_MS = 2000;
// Connections beyond smtp-connections wait this long for a place.
const PLACE_WAIT_MS = 60_000;
// Longest time for the PROXY header of a listed peer.
const PROXY_HEADER_MS = 5000;
// Longest time for a TLS handshake.
const HANDSHAKE_MS = 30_000;
const BAD_CONFIGURATION = 2;

/** Runs the gateway until it is told to stop. */
export async function serve(argv: readonly string[], io: CommandIo): Promise<number> {
  const loaded = loadGatewayConfig({ argv, env: io.env });
  const { config, warnings, faults } = loaded;
  for (const fault of faults) io.stderr(`${toFaultLine(fault)}\n`);
  if (faults.length > 0) return BAD_CONFIGURATION;
  const log = createLog({ sinks: config['application-log'], format: config['log-format'] ?? defaultFormat() });
  for (const warning of warnings) log.emit('config.warning', { detail: toFaultLine(warning) });
  watchFaults(log);
  const stopped = waitForStop();
  let isDraining = false;
  const gateway = { ...(await composeGateway(loaded, log)), isDraining: () => isDraining };
  const doors = await openDoors(gateway).catch((error) => close(gateway).then(() => Promise.reject(error)));
  announce(gateway, { doors, io });
  onReload(() => gateway.certificate?.reload());
  const signal = await stopped;
  isDraining = true;
  log.emit('gateway.draining', { signal, sessions: doors.smtp.sessions() });
  // A login that waits for its backend is no transaction: nothing is lost when it is put off.
  await Promise.all([drainDoors(doors, config['drain-timeout'] * 1000), gateway.authenticator?.close()]);
  await gateway.outlet.drain();
  log.emit('gateway.stopped');
  log.close();
  return 0;
}

function defaultFormat(): 'json' | 'text' {
  return process.stderr.isTTY ? 'text' : 'json';
}

/** The last boundary: a fault nobody caught is logged; after one that broke the call stack the process cannot go on. */
function watchFaults(log: Log): void {
  process.on('unhandledRejection', (error) => log.emit('gateway.fault', toFaultFields(error)));
  process.on('uncaughtException', (error) => {
    log.emit('gateway.fault', toFaultFields(error));
    process.exit(1);
  });
}

function toFaultFields(error: unknown): { error: string; stack: string | undefined } {
  return { error: String(error), stack: error instanceof Error ? error.stack : undefined };
}

async function composeGateway(
  { config, authBackends }: GatewayConfig,
  log: Log,
): Promise<Omit<Gateway, 'isDraining'>> {
  const greetingName = await loadGreetingNames({
    byAddress: config['mta-names'],
    configured: config['smtp-hostname'],
    timeoutMs: GREETING_LOOKUP_MS,
  });
  const certificate = openCertificate(config, { log, greetingName: greetingName('') });
  const requiresAuthentication = authBackends.length > 0;
  const localAddresses = openLocalAddresses(config['local-addresses'], log);
  const authenticator = requiresAuthentication ? await openAuthenticator(authBackends, { log }) : undefined;
  const outlet = await openOutlet(config, log).catch(async (error) => {
    await authenticator?.close();
    throw error;
  });
  const pipeline = createPipeline({
    settings: toPipelineSettings(config, { localAddresses, requiresAuthentication }),
    outlet,
    log,
    nextId: createMessageIds(config['server-id'], 0),
  });
  return { config, log, outlet, pipeline, authenticator, greetingName, certificate };
}

async function close({ authenticator, outlet }: Pick<Gateway, 'authenticator' | 'outlet'>): Promise<void> {
  await authenticator?.close();
  await outlet.close();
}

async function openDoors(gateway: Gateway): Promise<Doors> {
  const smtp = await openSmtp(gateway);
  try {
    return { smtp, http: await openHttp(gateway) };
  } catch (error) {
    await smtp.close();
    throw error;
  }
}

function openSmtp({ config, log, pipeline, authenticator, greetingName, certificate }: Gateway): Promise<SmtpDoor> {
  return listenSmtp({
    pipeline,
    log,
    authenticator,
    greetingName,
    tls: certificate && { certificate, handshakeTimeoutMs: HANDSHAKE_MS },
    gate: createGate(config, { log, byDefault: authenticator === undefined ? 'loopback' : 'everybody' }),
    places: new SessionPlaces({ limit: config['smtp-connections'], waitMs: PLACE_WAIT_MS }),
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
  }, { addresses: config['smtp-ip'], ports: config['smtp-port'], securePorts: config['smtp-secure-port'] });
}

/** Throws an Error when the list of blocked addresses cannot be read. */
function createGate(
  config: Config,
  { log, byDefault }: { readonly log: Log; readonly byDefault: AccessByDefault },
): ClientGate {
  const blocklist = config['smtp-protection'] ? config['smtp-blocklist'] : undefined;
  return new ClientGate({
    proxies: config['smtp-proxy'],
    headerTimeoutMs: PROXY_HEADER_MS,
    isAllowed: toAccessRule(config['smtp-range'], byDefault),
    isBlocked: blocklist === undefined ? () => false : openBlocklist(blocklist, log),
    maxPerAddress: config['smtp-connections-per-ip'],
  });
}

function openHttp({ config, log, outlet, pipeline, greetingName, isDraining }: Gateway): Promise<HttpListener> {
  const range = config['http-range'];
  const app = createApp({
    pipeline,
    log,
    health: () => outlet.health(),
    draining: isDraining,
    hostname: greetingName(''),
    maxBytes: config['http-maxsize'],
    maxRecipients: config['smtp-max-recipients'],
    access: { isAllowed: toAccessRule(range) },
  });
  return listenHttp({ app, addresses: config['http-ip'], ports: config['http-port'], log });
}

/** Whether an address may connect; that it is of this host, only a socket can tell, and no proxy. */
function toAccessRule(
  ranges: IpRanges | undefined,
  byDefault: AccessByDefault = 'loopback',
): (address: string, source?: AddressSource) => boolean {
  if (ranges !== undefined) return (address) => rangesContain(ranges, address);
  if (byDefault === 'everybody') return () => true;
  return (address, source = 'socket') => source === 'socket' && isLoopback(address);
}

/** Says on stdout where the doors are, and in the log who may come in. */
function announce(
  { config, log, authenticator }: Gateway,
  { doors, io }: { readonly doors: Doors; readonly io: CommandIo },
): void {
  for (const { address, port, secure } of doors.smtp.bound) {
    io.stdout(`${secure ? 'SMTPS' : 'SMTP'} ${toHostPort(address, port)}\n`);
  }
  for (const { address, port } of doors.http.bound) io.stdout(`HTTP ${toHostPort(address, port)}\n`);
  log.emit('gateway.access', {
    smtp: config['smtp-range'] !== undefined
      ? 'smtp-range'
      : authenticator === undefined
      ? 'loopback only'
      : 'everybody',
    http: config['http-range'] === undefined ? 'loopback only' : 'http-range',
  });
  log.emit('gateway.started', { outlet: config['rabbitmq-address'] === undefined ? config['queue-path'] : 'rabbitmq' });
}

function toHostPort(address: string, port: number): string {
  return address.includes(':') ? `[${address}]:${port}` : `${address}:${port}`;
}

/** Lets transactions and requests in flight finish, then cuts what is left. */
async function drainDoors({ smtp, http }: Doors, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise((resolve) => timer = setTimeout(resolve, timeoutMs));
  await Promise.race([Promise.all([smtp.drain(), http.drain()]), deadline]);
  clearTimeout(timer);
  await Promise.all([smtp.close(), http.close()]);
}
