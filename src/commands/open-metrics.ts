// Opens the port for metrics and health, where the configuration has one.

import { type HttpListener, listenHttp } from '../http/listener.ts';
import { createMetricsApp } from '../http/metrics-app.ts';
import type { Gateway } from './compose-gateway.ts';
import { toHostPort } from './host-port.ts';
import { toHttpLook } from './http-look.ts';

/** Rejects when a port cannot be opened. A worker opens none: the first process has it. */
export function openMetrics(
  { config, look, log, part }: Pick<Gateway, 'config' | 'look' | 'log'> & {
    readonly part: Pick<Gateway['part'], 'worker'>;
  },
): Promise<HttpListener> {
  return listenHttp({
    app: createMetricsApp({ log, ...toHttpLook(look) }),
    addresses: config['metrics-ip'],
    ports: part.worker === 0 ? config['metrics-port'] : [],
    portKey: 'metrics-port',
    log,
  });
}

/** The lines that say where it is. */
export function toMetricsLines({ bound }: Pick<HttpListener, 'bound'>): string[] {
  return bound.map(({ address, port }) => `METRICS ${toHostPort(address, port)}`);
}
