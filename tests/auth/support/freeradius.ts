// Starts FreeRADIUS on loopback with a configuration of its own: one client, some users with passwords in clear.

import { copyFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { TestContext } from 'node:test';
import { startServerProcess } from './server-process.ts';

/** What the server knows. */
export interface FreeradiusOptions {
  readonly directory: string;
  readonly address: string;
  readonly port: number;
  readonly secret: string;
  /** Text of the users file (users(5) of FreeRADIUS). */
  readonly users: string;
  /** Whether answers are signed, as FreeRADIUS does by itself from 3.2.5 on. */
  readonly signsAnswers: boolean;
}

const SIGN = 'update reply { Message-Authenticator := 0x00 }';

/** Starts the server; it takes no request without a Message-Authenticator. */
export async function startFreeradius(context: TestContext, options: FreeradiusOptions): Promise<void> {
  const { directory } = options;
  writeFileSync(join(directory, 'radiusd.conf'), toConfiguration(options));
  writeFileSync(join(directory, 'users'), options.users);
  copyFileSync('/etc/freeradius/3.0/dictionary', join(directory, 'dictionary'));
  await startServerProcess(context, {
    path: '/usr/sbin/freeradius',
    arguments: ['-f', '-l', 'stdout', '-d', directory],
    readyText: 'Ready to process requests',
  });
}

function toConfiguration({ directory, address, port, secret, signsAnswers }: FreeradiusOptions): string {
  const listenOn = address.includes(':') ? 'ipv6addr' : 'ipaddr';
  return `
prefix = /usr
raddbdir = ${directory}
run_dir = ${directory}
libdir = /usr/lib/freeradius
pidfile = ${directory}/freeradius.pid
log {
  destination = stdout
  auth = yes
}
security {
  reject_delay = 0
  status_server = no
}
thread pool {
  start_servers = 1
  max_servers = 2
  min_spare_servers = 1
  max_spare_servers = 2
  max_requests_per_server = 0
}
client gateway {
  ${listenOn} = ${address}
  secret = "${secret}"
  require_message_authenticator = yes
}
modules {
  pap {
  }
  files {
    usersfile = ${directory}/users
  }
}
server default {
  listen {
    type = auth
    ${listenOn} = ${address}
    port = ${port}
  }
  authorize {
    files
    pap
  }
  authenticate {
    pap
  }
  post-auth {
    ${signsAnswers ? SIGN : ''}
    Post-Auth-Type REJECT {
      ${signsAnswers ? SIGN : ''}
    }
    Post-Auth-Type Challenge {
      ${signsAnswers ? SIGN : ''}
    }
  }
}
`;
}
