// The benchmark's clients, a process of their own: connections that send the same request again as soon as it is answered.
import { Buffer } from 'node:buffer';
import { connect } from 'node:net';
import process from 'node:process';

/** What is sent. */
export interface HttpLoad {
  readonly port: number;
  readonly connections: number;
  /** How long new requests are begun. */
  readonly seconds: number;
  /** Of the message in each request or line. */
  readonly bytes: number;
  /** Messages in a request: none is one message as JSON. */
  readonly lines?: number;
}

/** What came of it. */
export interface HttpLoadResult {
  readonly messages: number;
  readonly seconds: number;
  /** Of a core, that the clients took themselves. */
  readonly clientCpu: number;
  /** Half and nearly all of the requests were answered within these. */
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/** One message, so many bytes long with its header section. */
function toMessage(bytes: number): string {
  const header = 'From: sender@example.com\r\nTo: ada@example.org\r\nSubject: A message of the benchmark\r\n\r\n';
  const line = `${'All work and no play makes a very dull benchmark indeed'.padEnd(76, '.')}\r\n`;
  const body = line.repeat(Math.ceil(bytes / line.length)).slice(0, Math.max(0, bytes - header.length - 2));
  return JSON.stringify({
    envelope: 'sender@example.com',
    recipient: 'ada@example.org',
    mime: `${header}${body.replace(/\r$/, '.')}\r\n`,
  });
}

/** The request as it goes over the wire. */
export function toRequest({ bytes, lines }: Pick<HttpLoad, 'bytes' | 'lines'>): Buffer {
  const message = toMessage(bytes);
  const body = lines === undefined ? message : `${message}\n`.repeat(lines);
  const head = [
    'POST /v1/messages HTTP/1.1',
    'Host: 127.0.0.1',
    `Content-Type: application/${lines === undefined ? 'json' : 'x-ndjson'}`,
    `Content-Length: ${Buffer.byteLength(body)}`,
  ];
  return Buffer.from(`${head.join('\r\n')}\r\n\r\n${body}`);
}

/** Whether the text is a whole answer, with its length said before or in chunks. */
export function isWhole(text: string): boolean {
  const end = text.indexOf('\r\n\r\n');
  if (end < 0) return false;
  const length = /\r\ncontent-length: (\d+)/i.exec(text.slice(0, end))?.[1];
  return length === undefined ? text.endsWith('\r\n0\r\n\r\n') : text.length >= end + 4 + Number(length);
}

/** Messages that the answer promises; throws when it is not what a benchmark is about. */
export function countAccepted(text: string, lines: number | undefined): number {
  const accepted = lines === undefined
    ? Number(text.startsWith('HTTP/1.1 202'))
    : text.split('{"status":202,').length - 1;
  if (accepted !== (lines ?? 1)) throw new Error(`Not every message was accepted: ${text.slice(0, 1000)}`);
  return accepted;
}

/** Runs one connection until the time is over; resolves to how long each request took. */
function runConnection(
  { port, lines }: HttpLoad,
  { request, endAt }: { readonly request: Buffer; readonly endAt: number },
): Promise<number[]> {
  return new Promise((resolve, reject) => {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    const times: number[] = [];
    let text = '';
    let begun = 0;
    const send = () => {
      begun = performance.now();
      socket.write(request);
    };
    socket.setEncoding('latin1').on('connect', send).on('error', reject).on('end', () => reject(new Error('cut')));
    socket.on('data', (piece: string) => {
      text += piece;
      if (!isWhole(text)) return;
      try {
        countAccepted(text, lines);
      } catch (error) {
        socket.destroy();
        return reject(error);
      }
      times.push(performance.now() - begun);
      text = '';
      if (performance.now() < endAt) return send();
      socket.removeAllListeners('end').destroy();
      resolve(times);
    });
  });
}

/** Runs the load; rejects when a message is not accepted. */
export async function runHttpLoad(load: HttpLoad): Promise<HttpLoadResult> {
  const request = toRequest(load);
  const [begun, cpu] = [performance.now(), process.cpuUsage()];
  const endAt = begun + load.seconds * 1000;
  const runs = Array.from({ length: load.connections }, () => runConnection(load, { request, endAt }));
  const times = Float64Array.from((await Promise.all(runs)).flat()).sort();
  const seconds = (performance.now() - begun) / 1000;
  const { user, system } = process.cpuUsage(cpu);
  return {
    messages: times.length * (load.lines ?? 1),
    seconds,
    clientCpu: (user + system) / 1e6 / seconds,
    p50Ms: times[Math.floor(times.length / 2)] ?? NaN,
    p99Ms: times[Math.floor(times.length * 0.99)] ?? NaN,
  };
}

if (import.meta.main) {
  const load = JSON.parse(process.argv[2] ?? '{}') as HttpLoad;
  process.stdout.write(`${JSON.stringify(await runHttpLoad(load))}\n`);
}
