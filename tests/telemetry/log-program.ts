// Writes more events to stderr than a pipe holds, for the test of a slow reader.
import { createLog } from '../../src/telemetry/log.ts';

const log = createLog({ sinks: ['stderr'], format: 'json' });
for (let port = 0; port < 5000; port++) log.emit('smtp.listening', { port, address: 'x'.repeat(100) });
log.close();
