// Measures the bare publisher as if it were a server: as many messages wait for their confirm as there are sessions.
import { join } from 'node:path';
import type { Contender, Surroundings } from '../contender.ts';
import { startAssistant } from '../program.ts';
import type { RawAnswer, RawLoad } from '../programs/raw-publisher.ts';

const PROGRAM = join(import.meta.dirname, '..', 'programs', 'raw-publisher.ts');

/** The publisher, with the waits of its last run. */
export interface RawContender extends Contender {
  publish(load: RawLoad): Promise<RawAnswer>;
}

/** Starts it with a queue of its own. */
export async function startRaw({ amqpUrl, openQueue }: Surroundings): Promise<RawContender> {
  const store = await openQueue('raw');
  const publisher = await startAssistant<RawLoad, RawAnswer>(PROGRAM, [amqpUrl, 'raw']);
  return {
    name: 'raw AMQP',
    pid: publisher.pid,
    port: undefined,
    store,
    publish: (load) => publisher.ask(load),
    send: async ({ bytes, messages, sessions }) => void await publisher.ask({ bytes, messages, window: sessions }),
    stop: () => publisher.stop(),
  };
}
