// More connections than the process may have descriptors: those that are in go on, the others are closed, and it passes.
import assert from 'node:assert/strict';
import { connect, type Socket } from 'node:net';
import { test } from 'node:test';
import { removeGateway, startGateway } from '../support/gateway.ts';
import { listPrograms } from '../support/programs.ts';
import { SmtpClient } from '../support/smtp-client.ts';

const DESCRIPTORS = 200;
const CONNECTIONS = 300;
// Within what the gateway keeps free: Deno accepts all that is there before it hears that it is too much.
const AT_ONCE = 20;

async function sendMail(client: SmtpClient): Promise<string> {
  for (const line of ['EHLO client.example', 'MAIL FROM:<a@example.com>', 'RCPT TO:<b@example.org>', 'DATA']) {
    await client.ask(line);
  }
  return await client.ask('Subject: x', '', 'body', '.');
}

/** Resolves when the server has greeted or closed the connection; true when it has greeted. */
function knock(port: number, sockets: Socket[]): Promise<boolean> {
  const socket = connect(port, '127.0.0.1');
  sockets.push(socket);
  return new Promise((resolve) => {
    socket.once('data', () => resolve(true)).on('error', () => {}).on('close', () => resolve(false));
  });
}

// The sources on Node have the executable's runtime.
for (const { name, command } of listPrograms().filter((program) => program.name !== 'the sources on Node')) {
  test(`A flood of connections leaves ${name} its descriptors, and mail is taken all the while`, async (context) => {
    const limited = ['sh', '-c', `ulimit -n ${DESCRIPTORS}; exec "$@"`, 'sh', ...command];
    const gateway = await startGateway({ command: limited, config: { 'smtp-connections-per-ip': 0 } });
    context.after(() => removeGateway(gateway));
    const early = await SmtpClient.connect(gateway.ports.smtp);
    await early.reply();
    const sockets: Socket[] = [];
    context.after(() => sockets.forEach((socket) => socket.destroy()));
    let count = 0;
    while (sockets.length < CONNECTIONS) {
      const knocks = await Promise.all(Array.from({ length: AT_ONCE }, () => knock(gateway.ports.smtp, sockets)));
      count += knocks.filter(Boolean).length;
    }
    context.diagnostic(`${name}: ${count} of ${CONNECTIONS} greeted with ${DESCRIPTORS} descriptors`);
    assert.ok(count >= 10 && count < DESCRIPTORS, `${count} were greeted`);
    await gateway.event('gateway.descriptors-short');
    assert.match(await sendMail(early), /^250-/);
    assert.equal(await knock(gateway.ports.smtp, sockets), false);
    for (const socket of sockets) socket.destroy();
    await gateway.event('gateway.descriptors-free');
    const late = await SmtpClient.connect(gateway.ports.smtp);
    await late.reply();
    assert.match(await sendMail(late), /^250-/);
    assert.equal(gateway.events('gateway.descriptors-short').length, 1);
    assert.deepEqual(gateway.events('gateway.fault'), []);
    assert.equal((await gateway.end()).code, 0);
    assert.equal((await gateway.run('queue', 'get', 'inbox')).trim().split('\n').length, 2);
  });
}
