// Takes the lock of the queue file in its first argument, says so or why not, and waits to be ended.
import process from 'node:process';
import { lockQueueFile } from '../../src/queue/embedded-lock.ts';

try {
  lockQueueFile(process.argv[2] ?? '');
  console.log('locked');
} catch (error) {
  console.log(error instanceof Error ? error.message : error);
}
process.stdin.resume();
