// `mailchute serve`: the composition root, from configuration to outlet to pipeline to doors, and the orderly way back.

import { readFileSync } from 'node:fs';
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
import { createPipeline, type Pipeline } from '../pipeline/ingest.ts';
import type { Outlet } from '../queue/outlet.ts';
import { openBlocklist } from '../smtp/blocklist.ts';
import { listenSmtp, type SmtpDoor } from '../smtp/listener.ts';
import { createLog, type EventFields, type Log } from '../telemetry/log.ts';
import type { CommandIo } from './command-io.ts';
import { recordReads } from './config-snapshot.ts';
import { type GatewayConfig, loadGatewayConfig } from './gateway-config.ts';
import { createSolePart, type GatewayPart, toShare } from './gateway-part.ts';
import { openChecker } from './open-checker.ts';
import { openCertificate } from './open-certificate.ts';
import { openLocalAddresses } from './open-local-addresses.ts';
import { type HttpAccess, openHttpAccess } from './open-http-access.ts';
import { openOutlet } from './open-outlet.ts';
import { toPipelineSettings } from './pipeline-settings.ts';
import { onReload, waitForStop } from './signals.ts';
import { startWorkers, toWorkerCount, type WorkersOptions } from './workers.ts';

/** What the doors are built from. */
interface Gateway {
  readonly config: Config;
  readonly log: Log;
  readonly part: GatewayPart;
  readonly outlet: Outlet;
  readonly pipeline: Pipeline;
  /** Undefined where nobody has to log in. */
  readonly authenticator: Authenticator | undefined;
  readonly httpAccess: HttpAccess;
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
// Longest time for the PROXY header of a listed peer.
const PROXY_HEADER_MS = 5000;
// Longest time for a TLS handshake.
const HANDSHAKE_MS = 30_000;
const BAD_CONFIGURATION = 2;

/** How a process runs the gateway, or its part of it. */
export interface RunOptions {
  readonly log: Log;
  readonly part: GatewayPart;
  /** Resolves with the reason when it is time to stop. */
  readonly stopped: Promise<string>;
  /** Called when the doors are open, with the lines that say where. */
  readonly onReady: (lines: readonly string[]) => void;
}

/** Runs the gateway until it is told to stop. */
export async function serve(argv: readonly string[], io: CommandIo): Promise<number> {
  const { readFile, snapshot } = recordReads(readFileSync);
  const loaded = loadGatewayConfig({ argv, env: io.env, readFile });
  const { config, warnings, faults } = loaded;
  for (const fault of faults) io.stderr(`${toFaultLine(fault)}\n`);
  if (faults.length > 0) return BAD_CONFIGURATION;
  const log = openLog(config);
  for (const warning of warnings) log.emit('config.warning', { detail: toFaultLine(warning) });
  const stopped = waitForStop();
  const onReady = (lines: readonly string[]) => announce(loaded, { log, lines, io });
  const count = toWorkerCount(config['smtp-threads']);
  let inOrder = true;
  if (count === 1) await runGateway(loaded, { log, stopped, onReady, part: createSolePart(config) });
  else inOrder = await runWorkers(loaded, { count, argv, files: snapshot(), log, stopped, onReady });
  log.emit('gateway.stopped');
  log.close();
  return inOrder ? 0 : 1;
}

/** Opens the log; `fields` go into every event. */
export function openLog(config: Config, fields: EventFields = {}): Log {
  return createLog({ sinks: config['application-log'], format: config['log-format'] ?? defaultFormat(), fields });
}

async function runWorkers(
  { config }: GatewayConfig,
  { stopped, onReady, ...options }: WorkersOptions & Pick<RunOptions, 'stopped' | 'onReady'>,
): Promise<boolean> {
  const { log } = options;
  watchFaults(log);
  const workers = await startWorkers(config, options);
  onReload(() => workers.reload());
  onReady(workers.lines);
  const signal = await stopped;
  log.emit('gateway.draining', { signal });
  return await workers.drain(signal);
}

/** Runs the gateway, or a worker's part of it; resolves when everything in flight is finished, or the time is over. */
export async function runGateway(loaded: GatewayConfig, { log, part, stopped, onReady }: RunOptions): Promise<void> {
  const { config } = loaded;
  watchFaults(log);
  let isDraining = false;
  const gateway = { ...(await composeGateway(loaded, { log, part })), isDraining: () => isDraining };
  const doors = await openDoors(gateway).catch((error) => close(gateway).then(() => Promise.reject(error)));
  onReady(toListenerLines(doors));
  onReload(() => gateway.certificate?.reload());
  const signal = await stopped;
  isDraining = true;
  log.emit('gateway.draining', { signal, sessions: doors.smtp.sessions() });
  // A login that waits for its backend is no transaction: nothing is lost when it is put off.
  await Promise.all([
    drainDoors(doors, config['drain-timeout'] * 1000),
    gateway.authenticator?.close(),
    gateway.httpAccess.close(),
  ]);
  await gateway.outlet.drain();
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
  { config, authBackends, httpAuthBackends }: GatewayConfig,
  { log, part }: Pick<Gateway, 'log' | 'part'>,
): Promise<Omit<Gateway, 'isDraining'>> {
  const greetingName = await loadGreetingNames({
    byAddress: config['mta-names'],
    configured: config['smtp-hostname'],
    timeoutMs: GREETING_LOOKUP_MS,
  });
  const certificate = openCertificate(config, { log, greetingName: greetingName('') });
  const requiresAuthentication = authBackends.length > 0;
  const localAddresses = openLocalAddresses(config['local-addresses'], log);
  const httpAccess = await openHttpAccess({ config, httpAuthBackends }, { log, throttle: part.throttle });
  const authenticator = requiresAuthentication
    ? await openAuthenticator(authBackends, { log, throttle: part.throttle })
    : undefined;
  const outlet = await openOutlet(config, log, {
    exclusive: part.workers === 1,
    throttle: toShare(config['rabbitmq-throttle'], part),
  }).catch(async (error) => {
    await Promise.all([authenticator?.close(), httpAccess.close()]);
    throw error;
  });
  const pipeline = createPipeline({
    settings: toPipelineSettings(config, { localAddresses, requiresAuthentication }),
    outlet,
    log,
    nextId: createMessageIds(config['server-id'], part.worker),
    checker: openChecker(config, log),
  });
  return { config, log, part, outlet, pipeline, authenticator, httpAccess, greetingName, certificate };
}

async function close(
  { authenticator, httpAccess, outlet }: Pick<Gateway, 'authenticator' | 'httpAccess' | 'outlet'>,
): Promise<void> {
  await authenticator?.close();
  await httpAccess.close();
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

function openSmtp({ part, ...gateway }: Gateway): Promise<SmtpDoor> {
  const { config, log, pipeline, authenticator, greetingName, certificate } = gateway;
  const { places, counts, listen } = part;
  return listenSmtp({
    pipeline,
    log,
    authenticator,
    greetingName,
    tls: certificate && { certificate, handshakeTimeoutMs: HANDSHAKE_MS },
    gate: createGate(config, { log, counts, byDefault: authenticator === undefined ? 'loopback' : 'everybody' }),
    places,
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

function openHttp(
  { config, log, part, outlet, pipeline, greetingName, httpAccess, isDraining }: Gateway,
): Promise<HttpListener> {
  const app = createApp({
    pipeline,
    log,
    health: () => outlet.health(),
    draining: isDraining,
    hostname: greetingName(''),
    maxBytes: config['http-maxsize'],
    maxRecipients: config['smtp-max-recipients'],
    access: httpAccess.access,
  });
  return listenHttp({ app, addresses: config['http-ip'], ports: config['http-port'], log, listen: part.listen });
}

/** Whether an address may connect; that it is of this host, only a socket can tell, and no proxy. */
function toAccessRule(
  ranges: IpRanges | undefined,
  byDefault: AccessByDefault,
): (address: string, source?: AddressSource) => boolean {
  if (ranges !== undefined) return (address) => rangesContain(ranges, address);
  if (byDefault === 'everybody') return () => true;
  return (address, source = 'socket') => source === 'socket' && isLoopback(address);
}

function toListenerLines({ smtp, http }: Doors): string[] {
  return [
    ...smtp.bound.map(({ address, port, secure }) => `${secure ? 'SMTPS' : 'SMTP'} ${toHostPort(address, port)}`),
    ...http.bound.map(({ address, port }) => `HTTP ${toHostPort(address, port)}`),
  ];
}

/** Says on stdout where the doors are, and in the log who may come in. */
function announce(
  { config, authBackends }: GatewayConfig,
  { log, lines, io }: { readonly log: Log; readonly lines: readonly string[]; readonly io: CommandIo },
): void {
  for (const line of lines) io.stdout(`${line}\n`);
  log.emit('gateway.access', {
    smtp: config['smtp-range'] !== undefined ? 'smtp-range' : authBackends.length === 0 ? 'loopback only' : 'everybody',
    http: config['http-range'] !== undefined
      ? 'http-range'
      : config['http-auth'] === undefined && config['http-tokens'] === undefined
      ? 'loopback only'
      : 'everybody',
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
