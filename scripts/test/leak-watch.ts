// Preloaded into every test file on Node: ends a file whose tests are done but whose sockets, timers or children are not.
import process from 'node:process';
import { after } from 'node:test';

const graceMs = 5_000;

function failOnLeak(): void {
  const leaked = process.getActiveResourcesInfo().join(', ');
  process.stderr.write(`${process.argv[1]}: still open ${graceMs / 1000} s after the last test: ${leaked}\n`);
  process.exit(1);
}

// The runner's own process loads this too, but runs no tests.
if (process.env['NODE_TEST_CONTEXT'] !== undefined) {
  // Unref'd, it fires only when something else keeps the process alive.
  after(() => void setTimeout(failOnLeak, graceMs).unref());
}
