// SIGTERM and SIGINT: the first asks for a graceful stop, the second ends the process at once.

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
