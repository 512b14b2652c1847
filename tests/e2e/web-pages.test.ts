// The door of a developer's machine in a real browser: what pages of other sites try there, and what its own page needs.
import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { test, type TestContext } from 'node:test';
import { promisify } from 'node:util';
import { fetch as undiciFetch } from 'undici';
import { startBrowser } from '../support/browser.ts';
import { type Gateway, removeGateway, startGateway } from '../support/gateway.ts';

/** What a page has at hand; it runs in the browser. */
const ATTACKS: Readonly<Record<string, string>> = {
  'fetch of JSON': `fetch(url, { method: 'POST', headers: { 'content-type': 'application/json' }, body })`,
  'fetch of a raw message':
    `fetch(url + '?recipient=r@x.example', { method: 'POST', headers: { 'content-type': 'message/rfc822' }, body })`,
  'fetch of plain text': `fetch(url, { method: 'POST', body })`,
  'fetch without CORS': `fetch(url, { method: 'POST', mode: 'no-cors', body })`,
  'fetch without CORS of JSON':
    `fetch(url, { method: 'POST', mode: 'no-cors', body: new Blob([body], { type: 'application/json' }) })`,
  'fetch without CORS of a form': `(() => {
    const form = new FormData();
    form.set('from', 'a@x.example');
    form.set('to', 'b@x.example');
    form.set('text', 'x');
    return fetch(url, { method: 'POST', mode: 'no-cors', body: form });
  })()`,
  'fetch with credentials': `fetch(url, { method: 'POST', mode: 'no-cors', credentials: 'include', body })`,
  'fetch that outlives the page': `fetch(url, { method: 'POST', keepalive: true, mode: 'no-cors', body })`,
  'fetch without referrer': `fetch(url, { method: 'POST', referrerPolicy: 'no-referrer', mode: 'no-cors', body })`,
  'XMLHttpRequest': `(() => {
    const request = new XMLHttpRequest();
    request.open('POST', url);
    request.send(body);
  })()`,
  'a beacon': `navigator.sendBeacon(url, body)`,
  'a beacon of JSON': `navigator.sendBeacon(url, new Blob([body], { type: 'application/json' }))`,
  'a form of plain text': `submit('text/plain')`,
  'a multipart form': `submit('multipart/form-data')`,
  'a form': `submit('application/x-www-form-urlencoded')`,
  'a form out of a sandbox': `submit('text/plain', 'allow-forms')`,
  'an image': `document.body.append(Object.assign(new Image(), { src: url }))`,
  'a script': `document.body.append(Object.assign(document.createElement('script'), { src: url }))`,
  'a frame': `document.body.append(Object.assign(document.createElement('iframe'), { src: url }))`,
  'a WebSocket': `void new WebSocket(url.replace('http', 'ws'))`,
  'an event stream': `void new EventSource(url)`,
};

/** What the attacks stand on, in the page. */
const PROLOGUE = `
  const body = '{"envelope":"","recipient":"victim@x.example","mime":"Subject: x\\\\r\\\\n\\\\r\\\\nx"}';
  function submit(enctype, sandbox) {
    const frame = document.createElement('iframe');
    if (sandbox !== undefined) frame.setAttribute('sandbox', sandbox);
    frame.name = 'target' + Math.random();
    document.body.append(frame);
    const form = Object.assign(document.createElement('form'), { method: 'post', action: url, enctype, target: frame.name });
    form.append(Object.assign(document.createElement('input'), { name: body.slice(0, -1) + ',"x":"', value: '"}' }));
    document.body.append(form);
    form.submit();
  }`;

async function servePage(t: TestContext): Promise<number> {
  const server = createServer((_request, response) => {
    response.setHeader('content-type', 'text/html').end('<!doctype html><title>evil</title>');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  t.after(() => {
    server.closeAllConnections();
    server.close();
  });
  return (server.address() as AddressInfo).port;
}

async function start(t: TestContext): Promise<Gateway> {
  const gateway = await startGateway();
  t.after(() => removeGateway(gateway));
  return gateway;
}

test('A page of another site cannot send mail through an open door, whatever it tries', async (t) => {
  const [gateway, pagePort, browser] = [await start(t), await servePage(t), await startBrowser(t)];
  const page = await browser.newPage();
  let refused = 0;
  const expectRefusal = async (name: string) => {
    const event = await gateway.event('http.request.rejected', ++refused);
    assert.deepEqual([name, event['status'], event['code']], [name, 403, 'cross-site']);
  };
  for (const host of ['127.0.0.1', 'localhost']) {
    await page.goto(`http://evil.example:${pagePort}/`);
    const url = `http://${host}:${gateway.ports.http}/v1/messages`;
    for (const [name, attack] of Object.entries(ATTACKS)) {
      await page.evaluate(`(() => { const url = ${JSON.stringify(url)}; ${PROLOGUE}; ${attack}; })()`);
      await expectRefusal(name);
    }
  }
  // With DNS rebinding the page's own name leads here: to the browser this is one site.
  await page.goto(`http://rebound.example:${gateway.ports.http}/livez`);
  for (const method of ['POST', 'GET', 'OPTIONS', 'PUT']) {
    const body = method === 'POST' || method === 'PUT' ? `, body: '{"recipient":"r@x.example","mime":"x"}'` : '';
    const options = `{ method: '${method}', headers: { 'content-type': 'application/json' }${body} }`;
    assert.equal(await page.evaluate(`fetch('/v1/messages', ${options}).then(({ status }) => status)`), 403);
    await expectRefusal(`rebinding with ${method}`);
  }
  // What people and programs on this machine do themselves.
  const explanation = await page.goto(`http://127.0.0.1:${gateway.ports.http}/problems/cross-site`);
  assert.equal(explanation?.status(), 200);
  const url = `http://localhost:${gateway.ports.http}/v1/messages`;
  const message = JSON.stringify({ envelope: '', recipient: 'r@x.example', mime: 'Subject: x\r\n\r\nx' });
  const headers = { 'content-type': 'application/json' };
  const posted = await undiciFetch(url, { method: 'POST', headers, body: message });
  assert.equal(posted.status, 202);
  await posted.text();
  const curl = ['-sS', '-o', '/dev/null', '-w', '%{http_code}', '-H', 'Content-Type: application/json', '-d', message];
  assert.equal((await promisify(execFile)('curl', [...curl, url])).stdout, '202');
  assert.equal((await gateway.run('queue', 'get', 'inbox')).trim().split('\n').length, 2);
});

test('The documentation needs nothing from elsewhere, in light and in dark', async (t) => {
  const [gateway, browser] = [await start(t), await startBrowser(t)];
  const page = await browser.newPage();
  const url = `http://127.0.0.1:${gateway.ports.http}/docs`;
  const requests: string[] = [];
  const complaints: string[] = [];
  page.on('request', (request) => requests.push(request.url()));
  page.on('console', (message) => complaints.push(message.text()));
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(url);
  const backgrounds: unknown[] = [];
  for (const colorScheme of ['light', 'dark'] as const) {
    await page.emulateMedia({ colorScheme });
    backgrounds.push(await page.evaluate('getComputedStyle(document.body).backgroundColor'));
  }
  assert.deepEqual(backgrounds, ['rgb(255, 255, 255)', 'rgb(20, 24, 28)'], 'the policy lets its style in');
  for (const width of [320, 1200]) {
    await page.setViewportSize({ width, height: 800 });
    assert.equal(await page.evaluate('document.documentElement.scrollWidth <= innerWidth'), true, `${width} wide`);
  }
  await page.keyboard.press('Tab');
  assert.equal(await page.evaluate('document.activeElement.textContent'), 'Skip the contents');
  // A script that found its way in would not run.
  const ran = `(() => {
    const script = document.createElement('script');
    script.textContent = 'window.ran = true';
    document.body.append(script);
    return window.ran === true;
  })()`;
  assert.deepEqual(complaints, []);
  assert.equal(await page.evaluate(ran), false);
  assert.deepEqual(requests, [url]);
});
