// Where Idempotency-Keys are kept: in the embedded queue's file, or beside it where RabbitMQ is the queue.

import type { Config } from '../config/keys.ts';
import { openDatabase, toRealPath } from '../queue/embedded-file.ts';
import { keepAnswers } from '../queue/keep-answers.ts';
import type { KeyLedger } from '../queue/key-claim.ts';
import { LOCK_TIMEOUT_MS, openKeyFile, toKeyPath } from '../queue/key-file.ts';
import { createKeyLedger } from '../queue/key-ledger.ts';
import type { Outlet } from '../queue/outlet.ts';
import type { Log } from '../telemetry/log.ts';

/** The ledger, and the outlet that tells it what is durable. */
export interface KeyedOutlet {
  readonly outlet: Outlet;
  readonly keys: KeyLedger;
}

/** Opens no file: that is left to the first key. */
export function openKeys(config: Config, { outlet, log }: { readonly outlet: Outlet; readonly log: Log }): KeyedOutlet {
  const queuePath = config['queue-path'];
  if (config['rabbitmq-address'] === undefined) {
    // The embedded outlet notes the records itself, in their own transaction.
    const open = () => openDatabase(toRealPath(queuePath), { access: 'rw', lockTimeoutMs: LOCK_TIMEOUT_MS });
    return { outlet, keys: createKeyLedger({ path: queuePath, open, log }) };
  }
  const path = toKeyPath(queuePath);
  const keys = createKeyLedger({ path, open: () => openKeyFile(path), log });
  return { outlet: keepAnswers(outlet, { keys, log }), keys };
}
