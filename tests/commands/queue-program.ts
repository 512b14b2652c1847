// Runs the queue command with the arguments of this process, as the executable does.
import process from 'node:process';
import { queueCommand } from '../../src/commands/queue.ts';

process.exitCode = await queueCommand(process.argv.slice(2), {
  env: {},
  stdout: (text) => void process.stdout.write(text),
  stderr: (text) => void process.stderr.write(text),
});
