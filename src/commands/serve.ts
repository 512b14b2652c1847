// `mailchute serve`: from configuration to open doors, in one process or several, and the orderly way back.

import { readFileSync } from 'node:fs';
import process from 'node:process';
import { setImmediate } from 'node:timers';
import type { Config } from '../config/keys.ts';
import { toFaultLine } from '../config/fault.ts';
import type { HttpListener } from '../http/listener.ts';
import type { SmtpDoor } from '../smtp/listener.ts';
import { createCountedLog } from '../telemetry/counted-log.ts';
import { createLog, type EventFields, type Log, type OpenLog } from '../telemetry/log.ts';
import { Meter } from '../telemetry/meter.ts';
import type { CommandIo } from './command-io.ts';
import { closeGateway, composeGateway, type Gateway } from './compose-gateway.ts';
import { recordReads } from './config-snapshot.ts';
import { type GatewayConfig, loadGatewayConfig } from './gateway-config.ts';
import { createSolePart, type GatewayPart } from './gateway-part.ts';
import { toNextSteps, toProgramName } from './next-steps.ts';
import { openHttp } from './open-http.ts';
import { createSelfReport, measureProcess, openSoleLook, type Self } from './open-look.ts';
import { openMetrics, toMetricsLines } from './open-metrics.ts';
import { openSmtp } from './open-smtp.ts';
import type { ReportSelf } from './overview.ts';
import { toHostPort } from './host-port.ts';
import { onReload, waitForStop } from './signals.ts';
import { startWorkers, toWorkerCount, type WorkersOptions } from './workers.ts';

/** The open doors. */
interface Doors {
  readonly smtp: SmtpDoor;
  readonly http: HttpListener;
  /** Stays open to the end, to say that the gateway is stopping. */
  readonly metrics: HttpListener;
}

const BAD_CONFIGURATION = 2;
const DRAINING = { ready: false, reasons: ['draining'] };

/** How a process runs the gateway, or its part of it. */
export interface RunOptions {
  readonly log: Log;
  /** Where it counts. */
  readonly meter: Meter;
  readonly part: GatewayPart;
  /** Resolves with the reason when it is time to stop. */
  readonly stopped: Promise<string>;
  /** Called when the doors are open, with the lines that say where. */
  readonly onReady: (lines: readonly string[], self: ReportSelf) => void;
}

/** Runs the gateway until it is told to stop. */
export async function serve(argv: readonly string[], io: CommandIo): Promise<number> {
  const { readFile, snapshot } = recordReads(readFileSync);
  const loaded = loadGatewayConfig({ argv, env: io.env, readFile });
  const { config, warnings, faults } = loaded;
  for (const fault of faults) io.stderr(`${toFaultLine(fault)}\n`);
  if (faults.length > 0) return BAD_CONFIGURATION;
  const meter = new Meter();
  const log = createCountedLog(openLog(config), meter);
  for (const warning of warnings) log.emit('config.warning', { detail: toFaultLine(warning) });
  const stopped = waitForStop();
  const onReady = (lines: readonly string[]) => announce(loaded, { log, lines, io });
  const count = toWorkerCount(config['smtp-threads']);
  let inOrder = true;
  if (count === 1) await runGateway(loaded, { log, meter, stopped, onReady, part: createSolePart(config, log) });
  else inOrder = await runWorkers(loaded, { count, argv, files: snapshot(), log, meter, stopped, onReady });
  log.emit('gateway.stopped');
  log.close();
  return inOrder ? 0 : 1;
}

/** Opens the log, and again at every SIGHUP; `fields` go into every event. */
export function openLog(config: Config, fields: EventFields = {}): OpenLog {
  const log = createLog({ sinks: config['application-log'], format: config['log-format'], fields });
  // Before anything can wait: until then the signal would end the process, or be passed over by a worker.
  onReload(() => log.reopen());
  return log;
}

async function runWorkers(
  { config }: GatewayConfig,
  { stopped, onReady, ...options }: WorkersOptions & Pick<RunOptions, 'stopped'> & {
    readonly onReady: (lines: readonly string[]) => void;
  },
): Promise<boolean> {
  const { log } = options;
  watchFaults(log);
  const workers = await startWorkers(config, options);
  onReady(workers.lines);
  void measureProcess();
  const signal = await stopped;
  log.emit('gateway.draining', { signal });
  return await workers.drain(signal);
}

/** Runs the gateway, or a worker's part of it; resolves when everything in flight is finished, or the time is over. */
export async function runGateway(
  loaded: GatewayConfig,
  { log, meter, part, stopped, onReady }: RunOptions,
): Promise<void> {
  const { config } = loaded;
  watchFaults(log);
  let isDraining = false;
  const composed = await composeGateway(loaded, { log, meter, part });
  const self: Self = { meter, health: () => isDraining ? DRAINING : composed.outlet.health() };
  // A worker's look goes to the first process, which also has the port for it.
  const own = part.look === undefined ? openSoleLook(config, self) : { look: part.look, close: async () => {} };
  const gateway = { ...composed, look: own.look, isDraining: () => isDraining };
  const doors = await openDoors(gateway).catch((error) => closeGateway(gateway).then(() => Promise.reject(error)));
  onReady(toListenerLines(doors), createSelfReport(self));
  void measureProcess();
  onReload(() => reload(gateway));
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
  gateway.keys.close();
  // What it has just settled is written down within this turn.
  await new Promise((resolve) => setImmediate(resolve));
  gateway.receivedLog?.close();
  await doors.metrics.close();
  await own.close();
}

/** What SIGHUP asks for. */
function reload({ certificate, httpCertificate, httpAccess }: Gateway): void {
  certificate?.reload();
  httpCertificate?.reload();
  httpAccess.reload();
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

async function openDoors(gateway: Gateway): Promise<Doors> {
  const opened: { close(): Promise<void> }[] = [];
  const keep = <Door extends { close(): Promise<void> }>(door: Door): Door => {
    opened.push(door);
    return door;
  };
  try {
    const smtp = keep(await openSmtp(gateway));
    const http = keep(await openHttp(gateway));
    return { smtp, http, metrics: await openMetrics(gateway) };
  } catch (error) {
    await Promise.all(opened.map((door) => door.close()));
    throw error;
  }
}

function toListenerLines({ smtp, http, metrics }: Doors): string[] {
  return [
    ...smtp.bound.map(({ address, port, secure }) => `${secure ? 'SMTPS' : 'SMTP'} ${toHostPort(address, port)}`),
    ...http.bound.map(({ address, port, secure }) => `${secure ? 'HTTPS' : 'HTTP'} ${toHostPort(address, port)}`),
    ...toMetricsLines(metrics),
  ];
}

/** Says on stdout where the doors are, and in the log who may come in. */
function announce(
  loaded: GatewayConfig,
  { log, lines, io }: { readonly log: Log; readonly lines: readonly string[]; readonly io: CommandIo },
): void {
  const { config, authBackends } = loaded;
  for (const line of lines) io.stdout(`${line}\n`);
  if (isTried(io)) io.stdout(toNextSteps(loaded, { lines, program: toProgramName() }));
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

/** Whether somebody is looking who may not know the program: at a terminal, or by `npm start`. */
function isTried({ env, stdoutIsTerminal = false }: CommandIo): boolean {
  return stdoutIsTerminal || env['npm_lifecycle_event'] === 'start';
}

/** Lets transactions and requests in flight finish, then cuts what is left. */
async function drainDoors({ smtp, http }: Doors, timeoutMs: number): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const deadline = new Promise((resolve) => timer = setTimeout(resolve, timeoutMs));
  await Promise.race([Promise.all([smtp.drain(), http.drain()]), deadline]);
  clearTimeout(timer);
  await Promise.all([smtp.close(), http.close()]);
}
