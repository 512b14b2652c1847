// The HTTP door behind a real HAProxy that runs the configurations in docs/haproxy.md: checks, clients, kept connections, TLS.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { createHash } from 'node:crypto';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { promisify } from 'node:util';
import { makePair } from '../support/certificates.ts';
import { freePorts } from '../support/free-port.ts';
import { type Gateway, removeGateway, startGateway } from '../support/gateway.ts';
import { type Haproxy, startHaproxy } from '../support/haproxy.ts';

/** The whole 127.0.0.0/8 belongs to this host: one address for the proxy, one for each client. */
const PROXY = '127.0.0.1';
const CLIENT = '127.0.0.3';
const STRANGER = '127.0.0.4';
const TOKEN = 'a-token-of-the-test';

const page = readFileSync(new URL('../../docs/haproxy.md', import.meta.url), 'utf8');
const blocks = [...page.matchAll(/```haproxy\n([^]*?)```/g)].map(([, block = '']) => block);
/** `global` and `defaults`, without the frontends and backends behind them. */
const head = (blocks[0] ?? '').replace(/^frontend [^]*/m, '');

let forwarded: Gateway;
let proxied: Gateway;
let securePort = 0;
before(async () => {
  [securePort = 0] = await freePorts(1);
  const config = { 'http-range': CLIENT, 'http-tokens': tokensPath };
  [forwarded, proxied] = await Promise.all([
    startGateway({ config: { ...config, 'http-forwarded': PROXY } }),
    startGateway({
      config: {
        ...config,
        'http-proxy': PROXY,
        'http-certificate': 'self-signed',
        'http-secure-port': securePort,
      },
    }),
  ]);
});
after(async () => {
  for (const gateway of [forwarded, proxied]) if (gateway !== undefined) await removeGateway(gateway);
});

const directory = mkdtempSync(join(tmpdir(), 'mailchute-haproxy-'));
after(() => rmSync(directory, { recursive: true, force: true }));
const tokensPath = join(directory, 'tokens');
writeFileSync(tokensPath, `shop:${createHash('sha256').update(TOKEN).digest('hex')}\n`);

async function withHaproxy(configuration: string, body: (haproxy: Haproxy) => Promise<void>): Promise<void> {
  const haproxy = await startHaproxy(`${head}\n${configuration}`);
  try {
    await body(haproxy);
  } finally {
    await haproxy.stop();
  }
}

/** Resolves when both servers have passed a check, and none has failed one. */
async function assertHealthy(haproxy: Haproxy, backend: string): Promise<void> {
  for (const name of ['mx1', 'mx2']) {
    let server = await haproxy.server(backend, name);
    while (!server['check_status']?.startsWith('L')) server = await haproxy.server(backend, name);
    const { status, check_status, chkfail } = server;
    assert.deepEqual(
      { status, check_status, chkfail },
      { status: 'UP', check_status: 'L7OK', chkfail: '0' },
      haproxy.output,
    );
  }
}

interface Posting {
  readonly from?: string;
  readonly times?: number;
  readonly options?: readonly string[];
}

/** Posts from that address, several times over one connection; resolves with the statuses. */
async function post(url: string, { from = CLIENT, times = 1, options = [] }: Posting = {}): Promise<string[]> {
  const target = `${url}/v1/messages?envelope=&recipient=r@x.example`;
  const headers = ['-H', 'Content-Type: message/rfc822', '-H', `Authorization: Bearer ${TOKEN}`];
  const output = ['-o', '/dev/null', '-w', '%{http_code}\n', '-sSk', '--max-time', '20', '--interface', from];
  const urls = Array<string>(times).fill(target).flatMap((each) => ['-o', '/dev/null', each]);
  const { stdout } = await promisify(execFile)('curl', [
    ...output,
    ...headers,
    ...options,
    '-d',
    'Subject: x',
    ...urls,
  ]);
  return stdout.trim().split('\n');
}

async function takeClients(gateway: Gateway): Promise<unknown[]> {
  const output = await gateway.run('queue', 'get', 'inbox', '--ack');
  return output.trim().split('\n').map((line) => JSON.parse(line).http).map((http) => http['remote-ip']);
}

test('In HTTP mode each client is who HAProxy says, over connections that are kept', async () => {
  const [port = 0] = await freePorts(1);
  const { certificate, key } = makePair('api.example.com');
  const pem = join(directory, 'api.pem');
  writeFileSync(pem, certificate + key);
  const configuration = (blocks[2] ?? '')
    .replace(/192\.0\.2\.10:\d+/, `127.0.0.1:${port}`)
    .replace('/etc/haproxy/api.example.com.pem', pem)
    .replace(/10\.0\.0\.1[12]:8485/g, `127.0.0.1:${forwarded.ports.http}`)
    .replace('inter 5s', 'inter 2s');
  await withHaproxy(configuration, async (haproxy) => {
    await assertHealthy(haproxy, 'mailchute-api');
    assert.deepEqual(await post(`https://127.0.0.1:${port}`, { times: 6 }), Array(6).fill('202'));
    const servers = await Promise.all(['mx1', 'mx2'].map((name) => haproxy.server('mailchute-api', name)));
    const [connections, reused] = ['connect', 'reuse'].map((column) =>
      servers.reduce((sum, each) => sum + Number(each[column]), 0)
    );
    assert.deepEqual([(connections ?? 0) + (reused ?? 0), (reused ?? 0) >= 4], [6, true], 'connections are used again');
    const forged = ['-H', `X-Forwarded-For: ${CLIENT}`];
    assert.deepEqual(await post(`https://127.0.0.1:${port}`, { options: forged }), ['202']);
    assert.deepEqual(await post(`https://127.0.0.1:${port}`, { from: STRANGER, options: forged }), ['403']);
    const refused = await forwarded.event('http.request.rejected');
    assert.deepEqual([refused['code'], refused['remote'], refused['proxy']], ['out-of-range', STRANGER, PROXY]);
  });
  assert.deepEqual(await takeClients(forwarded), Array(7).fill(CLIENT));
});

const passing: readonly { name: string; scheme: string; port: () => number; toBlock: (block: string) => string }[] = [
  { name: 'with TLS at the gateway', scheme: 'https', port: () => securePort, toBlock: (block) => block },
  {
    name: 'in the clear',
    scheme: 'http',
    port: () => proxied.ports.http,
    toBlock: (block) => block.replace('check-ssl verify none', ''),
  },
];

for (const { name, scheme, port: toPort, toBlock } of passing) {
  test(`In TCP mode, ${name}, each client is who HAProxy says`, async () => {
    const [port = 0] = await freePorts(1);
    const configuration = toBlock(blocks[3] ?? '')
      .replace(/192\.0\.2\.10:\d+/, `127.0.0.1:${port}`)
      .replace(/10\.0\.0\.1[12]:8486/g, `127.0.0.1:${toPort()}`)
      .replace('inter 5s', 'inter 2s');
    await withHaproxy(configuration, async (haproxy) => {
      await assertHealthy(haproxy, 'mailchute-api-tls');
      const url = `${scheme}://127.0.0.1:${port}`;
      assert.deepEqual(await post(url, { times: 3 }), ['202', '202', '202']);
      assert.deepEqual(await post(url, { from: STRANGER }), ['403']);
    });
    assert.deepEqual(await takeClients(proxied), Array(3).fill(CLIENT));
    assert.deepEqual(proxied.events('http.proxy.invalid'), []);
  });
}
