// Logs and exits in the same breath, for the test that nothing is lost by that.
import { join } from 'node:path';
import process from 'node:process';
import { createLog } from '../../src/telemetry/log.ts';
import { createReceivedLog } from '../../src/telemetry/received-log.ts';

const [directory = ''] = process.argv.slice(2);
const log = createLog({ sinks: ['stderr', join(directory, 'events.log')], format: 'json' });
const received = createReceivedLog(join(directory, 'received.log'), {
  report: (event, fields) => log.emit(event, fields),
});
received.write([{
  time: '2026-01-02T03:04:05.678Z',
  'message-id': 'A',
  outcome: 'accepted',
  door: 'smtp',
  session: 's1',
  recipient: 'a@example.org',
  queue: 'inbox',
}]);
for (let count = 0; count < 1000; count++) log.emit('gateway.fault', { error: `fault ${count}` });
log.emit('message.accepted', { session: 'last' });
process.exit(7);
