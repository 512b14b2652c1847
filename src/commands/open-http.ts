// From the composed gateway to the open HTTP door.

import { createApp } from '../http/app.ts';
import { type HttpListener, listenHttp } from '../http/listener.ts';
import type { Gateway } from './compose-gateway.ts';

/** Rejects when a port cannot be opened. */
export function openHttp(
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
