// RabbitMQ restarted under load: no 250 is lost, sessions in between get 451, and the gateway comes back by itself.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { setTimeout } from 'node:timers/promises';
import { drainQueue } from '../support/amqp-drain.ts';
import { removeGateway, startGateway } from '../support/gateway.ts';
import { assertKept, tally, toTallyLine } from '../support/promises.ts';
import { startRabbitmq } from '../support/rabbitmq.ts';
import { runLoad } from '../support/smtp-load.ts';

for (const how of ['stopped', 'killed'] as const) {
  test(`A broker that is ${how} and started again costs no promised message`, async (context) => {
    const broker = await startRabbitmq();
    context.after(() => broker.stop());
    const gateway = await startGateway({ config: { 'rabbitmq-address': broker.url, 'rabbitmq-timeout': 5 } });
    context.after(() => removeGateway(gateway));
    const stop = new AbortController();
    const options = { port: gateway.ports.smtp, sessions: 10, reconnect: true };
    const load = runLoad({ ...options, messages: 1_000_000, signal: stop.signal });
    await gateway.accepted(300);
    // RabbitMQ writes the directory of its quorum queues half a second late: a node killed before that forgets a new queue.
    await setTimeout(2000);
    await (how === 'stopped' ? broker.down() : broker.kill('SIGKILL'));
    await gateway.event('message.deferred');
    await broker.restart();
    await gateway.accepted(gateway.events('message.accepted').length + 300);
    stop.abort();
    const { ids, refusals } = await load;
    const result = tally(ids, (await drainQueue(broker.url, 'inbox')).map(({ id }) => id));
    context.diagnostic(`broker ${how}: ${toTallyLine(result)}, refusals ${JSON.stringify([...refusals])}`);
    assertKept(result);
    assert.deepEqual([...refusals.keys()], ['451 4.3.0 Message not stored, try again later']);
    assert.equal((await gateway.end()).code, 0);
  });
}
