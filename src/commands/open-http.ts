// From the composed gateway to the open HTTP door: the application, who may come in and by which proxies, its TLS.

import { createApp } from '../http/app.ts';
import { type HttpListener, listenHttp } from '../http/listener.ts';
import { rangesContain } from '../mail/ip-ranges.ts';
import { ClientGate } from '../net/client-gate.ts';
import type { Gateway } from './compose-gateway.ts';
import { toHttpLook } from './http-look.ts';
import { countConnections, countResponses } from './measured-http.ts';
import { toContentWeight } from './memory-shares.ts';

// Longest time for the PROXY header of a listed peer.
const PROXY_HEADER_MS = 5000;
// Longest time for a TLS handshake.
const HANDSHAKE_MS = 30_000;

/** Rejects when a port cannot be opened. */
export function openHttp(
  { config, log, meter, part, look, keys, pipeline, greetingName, httpAccess, httpCertificate, isDraining }: Gateway,
): Promise<HttpListener> {
  const { health, metrics } = toHttpLook(look);
  const app = createApp({
    pipeline,
    keys,
    log,
    health,
    // On a port of their own, or here.
    ...(config['metrics-port'].length === 0 ? { metrics } : {}),
    draining: isDraining,
    hostname: greetingName(''),
    maxBytes: config['http-maxsize'],
    maxRecipients: config['smtp-max-recipients'],
    access: httpAccess.access,
    room: part.room,
    contentWeight: toContentWeight(config),
  });
  const forwarders = config['http-forwarded'];
  return listenHttp({
    app: countResponses(app, meter),
    log,
    addresses: config['http-ip'],
    ports: config['http-port'],
    ...(httpCertificate === undefined ? {} : {
      securePorts: {
        ports: config['http-secure-port'],
        tls: { certificate: httpCertificate, handshakeTimeoutMs: HANDSHAKE_MS },
      },
    }),
    // Who may come in is decided by request, when also X-Forwarded-For is known.
    gate: new ClientGate({
      proxies: config['http-proxy'],
      headerTimeoutMs: PROXY_HEADER_MS,
      isAllowed: () => true,
      isBlocked: () => false,
      maxPerAddress: 0,
    }),
    places: part.httpPlaces,
    ...(forwarders.length === 0 ? {} : { isForwarder: (address: string) => rangesContain(forwarders, address) }),
    listen: countConnections(part.listen, meter),
  });
}
