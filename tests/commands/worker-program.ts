// A worker that does as its clients say: one port of lines, one of HTTP, both in the first process.
import { createServer, type Socket } from 'node:net';
import process from 'node:process';
import { PrimaryLink } from '../../src/commands/primary-link.ts';
import { createDrainableServer } from '../../src/http/drainable-server.ts';
import type { DoorEnv } from '../../src/http/http-door.ts';
import type { Hold, HoldRequest } from '../../src/net/holds.ts';

const [mode] = process.argv.slice(2);
if (mode === 'mute') process.exit(3);
const link = new PrimaryLink();
const { worker, workers } = await link.welcome;
if (mode === 'fails') {
  link.failed('there is no such thing');
  process.exit(1);
}
const held: Hold[] = [];
const withdrawal = new AbortController();

const commands: { readonly [name: string]: (key: string) => Promise<string> | string } = {
  who: () => `${worker} of ${workers}`,
  place: (key) => take({ what: 'place', key }),
  wait: (key) => take({ what: 'place-when-free', key }),
  address: (key) => take({ what: 'address', key }),
  login: (key) => take({ what: 'login', key }),
  withdraw() {
    withdrawal.abort();
    return 'withdrawn';
  },
  reject() {
    held.pop()?.release({ how: 'rejected', guessed: true });
    return 'rejected';
  },
  drop() {
    held.pop()?.release();
    return 'dropped';
  },
  exit: (code) => process.exit(Number(code)),
  look: async () => JSON.stringify(await link.look({ metrics: false })),
};

async function take(request: HoldRequest): Promise<string> {
  const answer = await link.take(request, withdrawal.signal);
  if (!answer.granted) return `denied ${JSON.stringify(answer.facts)}`;
  held.push(answer.hold);
  return `granted ${JSON.stringify(answer.hold.facts)}`;
}

async function obey(line: string): Promise<string> {
  const [name = '', key = ''] = line.split(' ');
  return await commands[name]?.(key) ?? `no ${name}`;
}

const sockets = new Set<Socket>();
const server = createServer({ allowHalfOpen: true }, (socket) => {
  sockets.add(socket);
  let rest = '';
  socket.setEncoding('utf8').on('error', () => {}).on('data', (text: string) => {
    const lines = (rest + text).split('\r\n');
    rest = lines.pop() ?? '';
    for (const line of lines) void obey(line).then((answer) => socket.write(`${answer}\r\n`));
  });
  socket.on('end', () => socket.end(`until the end ${rest}`));
});
const http = createDrainableServer({
  app: {
    fetch: (_request: Request, env?: DoorEnv['Bindings'] | object) =>
      new Response(`${worker} ${env !== undefined && 'peer' in env ? env.peer.address : ''}`),
  },
  log: { emit() {}, close() {} },
  timeouts: { headersMs: 200 },
}).server;
const target = { address: '127.0.0.1', port: 0, portKey: 'smtp-port' };
const { port } = await link.listen(server, { ...target, door: 'SMTP' });
const { port: httpPort } = await link.listen(http, { ...target, door: 'HTTP', portKey: 'http-port' });
process.on('SIGHUP', () => process.stdout.write(`worker ${worker} reloads\n`));
const totals =
  () => [{ name: 'sessions', help: '', type: 'counter', aggregator: 'sum', values: [{ labels: {}, value: 3 }] }];
link.reportTo({
  totals,
  report: ({ metrics }) =>
    Promise.resolve({ health: { ready: true, reasons: [`worker ${worker}`] }, families: metrics ? totals() : [] }),
});
link.ready([`${port}`, `${httpPort}`]);
await link.stopped;
process.stdout.write(`worker ${worker} stops\n`);
if (mode === 'stays') setInterval(() => {}, 60_000);
else for (const socket of sockets) socket.destroy();
if (process.connected && mode !== 'stays') process.disconnect();
