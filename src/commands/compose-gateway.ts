// The composition root: from configuration to outlet to pipeline, with everything the doors are built from.

import { type Authenticator, openAuthenticator } from '../auth/authenticator.ts';
import type { Config } from '../config/keys.ts';
import { createMessageIds } from '../mail/message-id.ts';
import { type GreetingNames, loadGreetingNames } from '../net/greeting-names.ts';
import type { LiveCertificate } from '../net/live-certificate.ts';
import { createPipeline, type Pipeline } from '../pipeline/ingest.ts';
import { createMeasuredPipeline } from '../pipeline/measured-pipeline.ts';
import type { KeyLedger } from '../queue/key-claim.ts';
import { createMeasuredOutlet } from '../queue/measured-outlet.ts';
import type { Outlet } from '../queue/outlet.ts';
import type { Log } from '../telemetry/log.ts';
import { createMessageCounts, type MessageCounts } from '../telemetry/message-counts.ts';
import type { Meter } from '../telemetry/meter.ts';
import type { ReceivedLog } from '../telemetry/received-log.ts';
import { toConfiguredQueues } from './configured-queues.ts';
import type { GatewayConfig } from './gateway-config.ts';
import { type GatewayPart, toShare } from './gateway-part.ts';
import { openCertificate } from './open-certificate.ts';
import { openChecker } from './open-checker.ts';
import { type HttpAccess, openHttpAccess } from './open-http-access.ts';
import { openKeys } from './open-keys.ts';
import { openLocalAddresses } from './open-local-addresses.ts';
import { toWindowBytes } from './memory-shares.ts';
import { openOutlet } from './open-outlet.ts';
import { openReceivedLog } from './open-received-log.ts';
import type { Look } from './overview.ts';
import { toPipelineSettings } from './pipeline-settings.ts';
import { onReload } from './signals.ts';

/** What the doors are built from. */
export interface Gateway {
  readonly config: Config;
  readonly log: Log;
  readonly meter: Meter;
  readonly messageCounts: MessageCounts;
  readonly part: GatewayPart;
  readonly outlet: Outlet;
  /** Idempotency-Keys. */
  readonly keys: KeyLedger;
  readonly pipeline: Pipeline;
  /** Undefined where received-log-file is not set. */
  readonly receivedLog: ReceivedLog | undefined;
  /** Undefined where nobody has to log in. */
  readonly authenticator: Authenticator | undefined;
  readonly httpAccess: HttpAccess;
  readonly greetingName: GreetingNames;
  /** Undefined where there is no TLS. */
  readonly certificate: LiveCertificate | undefined;
  /** The same for the HTTP door. */
  readonly httpCertificate: LiveCertificate | undefined;
  /** At the gateway as a whole. */
  readonly look: Look;
  readonly isDraining: () => boolean;
}

// How long the start waits for reverse DNS of the host's own addresses.
const GREETING_LOOKUP_MS = 2000;

/** Opens all of it; rejects, with everything closed again, when a part cannot be used as configured. */
export async function composeGateway(
  { config, authBackends, httpAuthBackends }: GatewayConfig,
  { log, meter, part }: Pick<Gateway, 'log' | 'meter' | 'part'>,
): Promise<Omit<Gateway, 'isDraining' | 'look'>> {
  const receivedLog = openReceivedLog(config, log);
  // At once: what renames log files does not ask whether the start is over.
  onReload(() => receivedLog?.reopen());
  const greetingName = await loadGreetingNames({
    byAddress: config['mta-names'],
    configured: config['smtp-hostname'],
    timeoutMs: GREETING_LOOKUP_MS,
  });
  const certificate = openCertificate(config, { log, door: 'smtp', greetingName: greetingName('') });
  const httpCertificate = openCertificate(config, { log, door: 'http', greetingName: greetingName('') });
  const requiresAuthentication = authBackends.length > 0;
  const localAddresses = openLocalAddresses(config['local-addresses'], log);
  const httpAccess = await openHttpAccess({ config, httpAuthBackends }, { log, throttle: part.throttle });
  const authenticator = requiresAuthentication
    ? await openAuthenticator(authBackends, { log, throttle: part.throttle })
    : undefined;
  const { queues } = toConfiguredQueues(config);
  const opened = await openOutlet(config, log, {
    exclusive: part.workers === 1,
    throttle: toShare(config['rabbitmq-throttle'], part),
    windowBytes: toShare(toWindowBytes(config), part),
    room: part.room,
  }).catch(async (error) => {
    await Promise.all([authenticator?.close(), httpAccess.close()]);
    throw error;
  });
  meter.gauge('mailchute_content_room_bytes', {}, () => part.room.taken);
  const measured = createMeasuredOutlet(opened, { meter, queues });
  const { outlet, keys } = openKeys(config, { outlet: measured, log });
  const messageCounts = createMessageCounts(meter, queues);
  const pipeline = createPipeline({
    settings: toPipelineSettings(config, { localAddresses, requiresAuthentication }),
    outlet,
    log,
    nextId: createMessageIds(config['server-id'], part.worker),
    checker: openChecker(config, log, meter),
    receivedLog,
  });
  const doors = { authenticator, httpAccess, greetingName, certificate, httpCertificate };
  return {
    config,
    log,
    meter,
    messageCounts,
    part,
    outlet,
    keys,
    pipeline: createMeasuredPipeline(pipeline, { meter, counts: messageCounts }),
    receivedLog,
    ...doors,
  };
}

/** Closes at once what `composeGateway` opened. */
export async function closeGateway(
  { authenticator, httpAccess, outlet, keys }: Pick<Gateway, 'authenticator' | 'httpAccess' | 'outlet' | 'keys'>,
): Promise<void> {
  await authenticator?.close();
  await httpAccess.close();
  await outlet.close();
  keys.close();
}
