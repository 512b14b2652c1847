// Signals: SIGTERM and SIGINT stop gracefully the first time and at once the second; SIGHUP reads files again.

import process from 'node:process';

const SIGNALS = ['SIGTERM', 'SIGINT'] as const;

/** Exit code of a process that was told twice. */
const IMPATIENT = 1;

/** Resolves with the name of the first stop signal; from then on another one exits at once. */
export function waitForStop(): Promise<string> {
  return new Promise((resolve) => {
    let stopping = false;
    for (const signal of SIGNALS) {
      process.on(signal, () => {
        if (stopping) process.exit(IMPATIENT);
        stopping = true;
        resolve(signal);
      });
    }
  });
}

/** Calls back at every SIGHUP. Once this was called, the signal no longer ends the process. */
export function onReload(reload: () => void): void {
  process.on('SIGHUP', reload);
}
