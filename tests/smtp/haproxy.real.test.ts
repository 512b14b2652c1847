// Two gateways behind a real HAProxy that runs the configuration in docs/haproxy.md: checks, clients, refusals, and TLS.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { after, before, test } from 'node:test';
import { freePorts } from '../support/free-port.ts';
import { type Gateway, removeGateway, startGateway } from '../support/gateway.ts';
import { type Haproxy, startHaproxy } from '../support/haproxy.ts';

/** The whole 127.0.0.0/8 belongs to this host: one address for the proxy, one for each client. */
const PROXY = '127.0.0.1';
const CLIENT = '127.0.0.3';
const STRANGER = '127.0.0.4';

const page = readFileSync(new URL('../../docs/haproxy.md', import.meta.url), 'utf8');
/** The blocks of the page that are HAProxy's. */
const blocks = [...page.matchAll(/```haproxy\n([^]*?)```/g)].map(([, block = '']) => block);

let gateways: [Gateway, Gateway];
let securePorts: number[] = [];
before(async () => {
  const config = {
    'smtp-proxy': PROXY,
    'smtp-range': CLIENT,
    'mta-names': `${PROXY}=mx.example.com`,
    'smtp-certificate': 'self-signed',
  };
  securePorts = await freePorts(2);
  const [first, second] = securePorts.map((port) => startGateway({ config: { ...config, 'smtp-secure-port': port } }));
  gateways = await Promise.all([first!, second!]);
});
after(async () => {
  for (const gateway of gateways ?? []) await removeGateway(gateway);
});

/** The page's configuration with the addresses and ports of this test, and impatient checks. */
function configure(block: string, port: number): string {
  const [first, second] = gateways;
  return block
    .replace('global\n', 'global\n    log stdout format raw local0\n')
    .replace('defaults\n', 'defaults\n    log global\n')
    .replace(/192\.0\.2\.10:\d+/, `127.0.0.1:${port}`)
    .replace('10.0.0.11:25', `127.0.0.1:${first.ports.smtp}`)
    .replace('10.0.0.12:25', `127.0.0.1:${second.ports.smtp}`)
    .replace('10.0.0.11:465', `127.0.0.1:${securePorts[0]}`)
    .replace('10.0.0.12:465', `127.0.0.1:${securePorts[1]}`)
    .replace('option smtpchk', 'option log-health-checks\n    option smtpchk')
    .replace('inter 5s', 'inter 1s'); // also what a check may take to connect
}

/** Sends one message from that address; resolves to what curl has to say, which is nothing when all is well. */
function send(from: string, url: string, options: readonly string[] = []): Promise<string> {
  const args = ['-sS', '--max-time', '20', '--interface', from, `${url}/client.example`, ...options];
  const envelope = ['--mail-from', 'a@example.com', '--mail-rcpt', 'b@example.com', '--upload-file', '-'];
  return new Promise((resolve, reject) => {
    const child = execFile('curl', [...args, ...envelope], (error, _stdout, stderr) => {
      if (error?.code === 'ENOENT') reject(new Error('curl is missing: install the Debian package curl'));
      else resolve(stderr.trim());
    });
    child.stdin?.on('error', () => {});
    child.stdin?.end('Subject: x\r\n\r\nx\r\n');
  });
}

/** Takes all records out of both queues. */
async function takeRecords(): Promise<Record<string, unknown>[]> {
  const outputs = await Promise.all(gateways.map((gateway) => gateway.run('queue', 'get', 'inbox', '--ack')));
  return outputs.join('').split('\n').filter((line) => line !== '').map((line) => JSON.parse(line));
}

/** Waits for some checks of both servers, which say nothing but EHLO and QUIT, and sees that all of them passed. */
async function assertHealthy(haproxy: Haproxy, backend: string): Promise<void> {
  const earlier = gateways.map((gateway) => gateway.events('smtp.session.opened').length);
  await Promise.all(gateways.map((gateway, index) => gateway.event('smtp.session.opened', earlier[index]! + 3)));
  for (const [index, gateway] of gateways.entries()) {
    for (const { remote, proxy } of gateway.events('smtp.session.opened').slice(earlier[index])) {
      assert.deepEqual([remote, proxy], [PROXY, PROXY]);
    }
  }
  for (const name of ['mx1', 'mx2']) {
    const { status, check_status, chkfail, chkdown } = await haproxy.server(backend, name);
    // An asterisk says that the next check is under way.
    const found = { status, check: check_status?.replace('* ', ''), chkfail, chkdown };
    assert.deepEqual(found, { status: 'UP', check: 'L7OK', chkfail: '0', chkdown: '0' }, `${name}: ${haproxy.output}`);
  }
}

async function withHaproxy(configuration: string, body: (haproxy: Haproxy) => Promise<void>): Promise<void> {
  const haproxy = await startHaproxy(configuration);
  try {
    await body(haproxy);
  } finally {
    await haproxy.stop();
  }
}

const toVersion1 = (block: string) => {
  return block.replace('send-proxy-v2', 'send-proxy').replace('proxy-v2-options unique-id', '');
};
const versions = [
  { name: 'send-proxy-v2', toBlock: (block: string) => block, hasUniqueId: true },
  { name: 'send-proxy', toBlock: toVersion1, hasUniqueId: false },
];

for (const { name, toBlock, hasUniqueId } of versions) {
  test(`With ${name} the checks pass, and each client is who it is`, async () => {
    const [port = 0] = await freePorts(1);
    await withHaproxy(configure(toBlock(blocks[0] ?? ''), port), async (haproxy) => {
      await assertHealthy(haproxy, 'mailchute');
      const earlier = gateways.map((gateway) => gateway.events('smtp.session.opened').length);
      for (let message = 0; message < 4; message++) assert.equal(await send(CLIENT, `smtp://127.0.0.1:${port}`), '');
      const records = await takeRecords();
      assert.equal(records.length, 4);
      for (const { connection, hostname, mime } of records) {
        const { 'remote-port': remotePort, ...ends } = connection as Record<string, unknown>;
        assert.deepEqual(ends, { 'local-ip': PROXY, 'local-port': port, 'remote-ip': CLIENT, secure: false });
        assert.ok(Number(remotePort) > 0);
        assert.equal(hostname, 'mx.example.com');
        assert.match(String(mime), /^Received: from client\.example \(\[127\.0\.0\.3\]\)\r\n\tby mx\.example\.com /);
      }
      const opened = gateways.flatMap((gateway, index) => gateway.events('smtp.session.opened').slice(earlier[index]));
      const own = opened.filter(({ remote }) => remote === CLIENT);
      assert.equal(own.length, 4);
      for (const { uniqueId } of own) assert.equal(typeof uniqueId, hasUniqueId ? 'string' : 'undefined');

      assert.match(await send(STRANGER, `smtp://127.0.0.1:${port}`), /554/);
      assert.deepEqual(await takeRecords(), []);
      const refused = gateways.flatMap((gateway) => gateway.events('smtp.session.refused'));
      assert.deepEqual([refused.at(-1)?.['remote'], refused.at(-1)?.['reason']], [STRANGER, 'range']);
      await assertHealthy(haproxy, 'mailchute');
    });
  });

  test(`With ${name} clients speak TLS with the gateways, after STARTTLS and from the first byte`, async () => {
    const [plain = 0, secure = 0] = await freePorts(2);
    const [start = '', tls = ''] = blocks;
    const configuration = configure(toBlock(start), plain) + configure(toBlock(tls), secure);
    await withHaproxy(configuration, async (haproxy) => {
      await assertHealthy(haproxy, 'mailchute');
      await assertHealthy(haproxy, 'mailchute-tls');
      const urls = [`smtp://127.0.0.1:${plain}`, `smtps://127.0.0.1:${secure}`];
      for (const url of [...urls, ...urls]) assert.equal(await send(CLIENT, url, ['--ssl-reqd', '--insecure']), '');
      const records = await takeRecords();
      const ends = records.map(({ connection }) => connection as Record<string, unknown>);
      assert.deepEqual(ends.map((each) => each['local-port']).sort(), [plain, plain, secure, secure].sort());
      for (const each of ends) assert.deepEqual([each['remote-ip'], each['secure']], [CLIENT, true]);
      for (const url of urls) assert.match(await send(STRANGER, url, ['--ssl-reqd', '--insecure']), /554/);
      assert.deepEqual(await takeRecords(), []);
      await assertHealthy(haproxy, 'mailchute-tls');
    });
  });
}

test('Without a header HAProxy finds the servers down, and the log says why', async () => {
  const [port = 0] = await freePorts(1);
  const block = (blocks[0] ?? '').replace(/send-proxy-v2 .*/, '');
  await withHaproxy(configure(block, port), async (haproxy) => {
    const before = gateways[0].events('smtp.proxy.invalid').length;
    const { peer } = await gateways[0].event('smtp.proxy.invalid', before + 1);
    assert.equal(peer, PROXY);
    let status = '';
    for (let look = 0; look < 400 && status !== 'DOWN'; look++) {
      status = (await haproxy.server('mailchute', 'mx1'))['status'] ?? '';
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    assert.equal(status, 'DOWN');
  });
});
