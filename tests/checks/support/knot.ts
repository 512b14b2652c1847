// Starts Knot DNS on loopback with a zone of its own, as the test writes it.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import type { DnsServer } from '../../../src/checks/dns-exchange.ts';
import { startServerProcess } from '../../auth/support/server-process.ts';
import { freePorts } from '../../support/free-port.ts';
import { makeTemporaryDirectory } from '../../support/temporary-directory.ts';

/** Serves the zone until the test ends; `records` are lines of a zone file (RFC 1035 section 5) under `origin`. */
export async function startKnot(
  context: TestContext,
  { origin, records }: { readonly origin: string; readonly records: readonly string[] },
): Promise<DnsServer> {
  const directory = makeTemporaryDirectory(context);
  const [port = 0] = await freePorts(1);
  const zone = ['$TTL 60', '@ SOA ns root 1 60 60 60 60', '@ NS ns', 'ns A 127.0.0.1', ...records];
  writeFileSync(join(directory, 'zone'), `${zone.join('\n')}\n`);
  const configuration = join(directory, 'knot.conf');
  writeFileSync(configuration, toConfiguration({ directory, port, origin }));
  await startServerProcess(context, {
    path: '/usr/sbin/knotd',
    arguments: ['-c', configuration],
    readyText: 'server started in the foreground',
  });
  return { address: '127.0.0.1', port };
}

function toConfiguration(
  { directory, port, origin }: { readonly directory: string; readonly port: number; readonly origin: string },
): string {
  return `
server:
    rundir: ${directory}
    listen: 127.0.0.1@${port}
    udp-workers: 1
    tcp-workers: 1
    background-workers: 1
database:
    storage: ${directory}
log:
  - target: stdout
    any: info
zone:
  - domain: ${origin}
    storage: ${directory}
    file: zone
`;
}
