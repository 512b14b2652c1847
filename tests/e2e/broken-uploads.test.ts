// 10,000 uploads that break off at every stage of a request: none of them leaves a descriptor, a place or memory behind.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { fetch as undiciFetch } from 'undici';
import { breakConnection, BREAKS, type Journey } from '../support/breaking-client.ts';
import { freePorts } from '../support/free-port.ts';
import { removeGateway, startGateway } from '../support/gateway.ts';
import { residentBytes, settledDescriptors, SMALL_HEAP, untilQuiet } from '../support/process-figures.ts';
import { listPrograms } from '../support/programs.ts';

const AT_ONCE = 60;
// Below twice of what comes at once: were places not given back, the door would soon be full.
const PLACES = 100;
// What follows the warm-up: about 5 KB for each upload. A body that is kept weighs 90 KB, a connection some 20.
const GROWTH_BYTES = 25 * 1024 * 1024;

const POST = 'POST /v1/messages?envelope=&recipient=b@x.example HTTP/1.1\r\nHost: localhost\r\n' +
  'Content-Type: message/rfc822\r\n';
const BIG = 'a line of content\r\n'.repeat(5_000);
const LONG = `${POST}Content-Length: 200000\r\n\r\n`;
const CHUNKED = `${POST}Transfer-Encoding: chunked\r\n\r\n`;
const PROXY = 'PROXY TCP4 192.0.2.7 198.51.100.1 40001 8485\r\n';
const CLIENT_HELLO = Buffer.from('16030100f8010000f40303', 'hex');

const JOURNEYS: readonly Journey[] = [
  { name: 'before the request', bytes: '', replies: 0 },
  { name: 'in the request line', bytes: 'POST /v1/mess', replies: 0 },
  { name: 'in a header', bytes: POST.slice(0, -5), replies: 0 },
  { name: 'before the body', bytes: LONG, replies: 0 },
  { name: 'in the body', bytes: `${LONG}abc`, replies: 0 },
  { name: 'in much of the body', bytes: `${LONG}${BIG}`, replies: 0 },
  { name: 'before the first chunk', bytes: CHUNKED, replies: 0 },
  { name: 'in the length of a chunk', bytes: `${CHUNKED}f`, replies: 0 },
  { name: 'in a chunk', bytes: `${CHUNKED}ffff\r\n${BIG.slice(0, 50_000)}`, replies: 0 },
  { name: 'before the last chunk', bytes: `${CHUNKED}3\r\nabc\r\n`, replies: 0 },
  { name: 'when asked for the body', bytes: LONG.replace('\r\n\r\n', '\r\nExpect: 100-continue\r\n\r\n'), replies: 1 },
  { name: 'in a refused body', bytes: `${LONG.replace('200000', '300000000')}${BIG}`, replies: 1 },
  { name: 'in a body of an unknown type', bytes: `${LONG.replace('rfc822', 'x')}${BIG}`, replies: 1 },
  { name: 'in a body from a web page', bytes: `${LONG.replace('Host', 'Origin: x\r\nHost')}${BIG}`, replies: 1 },
  { name: 'in JSON', bytes: `${LONG.replace('message/rfc822', 'application/json')}{"recipients":["`, replies: 0 },
  { name: 'after nonsense', bytes: 'EHLO client\r\n', replies: 1 },
  { name: 'after a request', bytes: 'GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n', replies: 1 },
  { name: 'with answers unread', bytes: 'GET /readyz HTTP/1.1\r\nHost: localhost\r\n\r\n'.repeat(300), replies: 1 },
  { name: 'before the handshake', bytes: '', replies: 0, secure: true },
  { name: 'in the handshake', bytes: CLIENT_HELLO, replies: 0, secure: true },
  { name: 'without TLS where it is due', bytes: LONG, replies: 0, secure: true },
  { name: 'inside TLS', bytes: '', replies: 0, secure: true, inside: { bytes: `${LONG}${BIG}`, replies: 0 } },
  { name: 'before the PROXY header', bytes: '', replies: 0, proxied: true },
  { name: 'in the PROXY header', bytes: PROXY.slice(0, 20), replies: 0, proxied: true },
  { name: 'behind the PROXY header', bytes: `${PROXY}${LONG}abc`, replies: 0, proxied: true },
];

const programs = listPrograms();

for (const [index, { name, command }] of programs.entries()) {
  // What users run gets all of them, the other forms enough to see a leak.
  const uploads = index === 0 ? 10_000 : 1_500;
  test(`${uploads} broken uploads leave nothing behind in ${name}`, async (t) => {
    const [securePort = 0] = await freePorts(1);
    const gateway = await startGateway({
      command,
      env: SMALL_HEAP,
      config: {
        'http-secure-port': securePort,
        'http-certificate': 'self-signed',
        'http-proxy': '127.0.0.2',
        'http-range': '127.0.0.1;192.0.2.7',
        'http-connections': PLACES,
      },
    });
    t.after(() => removeGateway(gateway));
    const pid = gateway.process.pid ?? 0;
    const post = async () => {
      const url = `http://127.0.0.1:${gateway.ports.http}/v1/messages?envelope=&recipient=b@x.example`;
      const headers = { 'content-type': 'message/rfc822', connection: 'close' };
      const response = await undiciFetch(url, { method: 'POST', headers, body: 'Subject: x\r\n\r\nx' });
      await response.text();
      return response.status;
    };
    /** Which journey the n-th connection makes, how it ends, and whether it waits: every combination in turn. */
    const breakNth = (n: number) => {
      const round = Math.floor(n / JOURNEYS.length);
      const how = BREAKS[round % BREAKS.length] ?? 'close';
      const hasty = Math.floor(round / BREAKS.length) % 2 === 1;
      const target = { plain: gateway.ports.http, secure: securePort, proxy: '127.0.0.2', hasty };
      return breakConnection(JOURNEYS[n % JOURNEYS.length] as Journey, how, target);
    };
    const breakMany = async (from: number, to: number, descriptors: number) => {
      for (let start = from; start < to; start += AT_ONCE) {
        const length = Math.min(AT_ONCE, to - start);
        await Promise.all(Array.from({ length }, (_, offset) => breakNth(start + offset)));
        await untilQuiet(pid, descriptors);
      }
    };
    assert.equal(await post(), 202);
    const descriptors = await settledDescriptors(pid);
    const warmUp = uploads / 2;
    await breakMany(0, warmUp, descriptors);
    const before = residentBytes(pid);
    await breakMany(warmUp, uploads, descriptors);
    const growth = residentBytes(pid) - before;
    const toMegabytes = (bytes: number) => `${(bytes / 1024 / 1024).toFixed(1)} MB`;
    t.diagnostic(
      `${uploads} broken uploads: ${descriptors} descriptors before and after, ` +
        `${toMegabytes(before)} resident after half of them, ${toMegabytes(growth)} more after all`,
    );
    assert.ok(growth < GROWTH_BYTES, `grew by ${toMegabytes(growth)}`);
    assert.equal(await post(), 202);
    assert.deepEqual(gateway.events('gateway.fault'), []);
    assert.equal((await gateway.end()).code, 0);
    const records = await gateway.run('queue', 'get', 'inbox');
    assert.equal(records.trim().split('\n').length, 2, 'nothing of a broken upload is stored');
  });
}
