// Speaks an SMTP dialogue of the documentation with a gateway: `C: ` lines are said, `S: ` lines have to come back.
import assert from 'node:assert/strict';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

const DEADLINE_MS = 30_000;

/** Speaks it on a connection of its own; rejects where the gateway says something else. Ids and names may differ. */
export async function talk(text: string, port: number): Promise<void> {
  const socket = connect(port, '127.0.0.1');
  socket.setTimeout(DEADLINE_MS, () => socket.destroy(new Error('the gateway says no more')));
  await once(socket, 'connect');
  const lines = readLines(socket);
  try {
    for (const line of text.trimEnd().split('\n')) {
      const said = line.slice('C: '.length);
      if (line.startsWith('C:')) socket.write(`${said}\r\n`);
      else assert.equal(normalize((await lines.next()).value ?? ''), normalize(said), text);
    }
  } finally {
    socket.destroy();
  }
}

async function* readLines(socket: Socket): AsyncGenerator<string, undefined> {
  let rest = '';
  for await (const chunk of socket) {
    const parts = `${rest}${chunk}`.split('\r\n');
    rest = parts.pop() ?? '';
    yield* parts;
  }
  return undefined;
}

function normalize(line: string): string {
  return line
    .replaceAll(/\b[0-9A-Z]{25,32}\b/g, 'ID')
    .replace(/^220 \S+/, '220 NAME')
    .replace(/^250-(?=[\w.-]+$)(?!PIPELINING|8BITMIME|SMTPUTF8|DSN|STARTTLS)\S+/, '250-NAME')
    .replace(/SIZE \d+/, 'SIZE N');
}
