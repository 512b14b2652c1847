// Disturbs the RabbitMQ that the test command has started, for tests that have it to themselves, and mends it afterwards.
import { execFile } from 'node:child_process';
import process from 'node:process';
import { promisify } from 'node:util';

// The default of RabbitMQ 3.10.
const RABBITMQ_MAX_MESSAGE_BYTES = 134_217_728;

/** Runs rabbitmqctl against the broker of the tests; resolves to its stdout, rejects with its stderr. */
export async function controlBroker(...args: readonly string[]): Promise<string> {
  const path = process.env['MAILCHUTE_TEST_RABBITMQCTL'];
  if (path === undefined) throw new Error('MAILCHUTE_TEST_RABBITMQCTL is not set: npm test starts a broker');
  return (await promisify(execFile)(path, [...args], { timeout: 60_000 })).stdout;
}

/** Has the broker raise its memory alarm while `use` runs. */
export async function withMemoryAlarm(use: () => Promise<void>): Promise<void> {
  try {
    await controlBroker('set_vm_memory_high_watermark', '0');
    await use();
  } finally {
    await controlBroker('set_vm_memory_high_watermark', '0.4');
  }
}

/** Stops the broker's process in its tracks while `use` runs. */
export async function withFrozenBroker(use: () => Promise<void>): Promise<void> {
  const pid = Number(/\d+/.exec(await controlBroker('eval', 'os:getpid().'))?.[0]);
  process.kill(pid, 'SIGSTOP');
  try {
    await use();
  } finally {
    process.kill(pid, 'SIGCONT');
  }
}

/** Has the broker take no body larger than this while `use` runs, on connections that are made meanwhile. */
export async function withMessageLimit(bytes: number, use: () => Promise<void>): Promise<void> {
  const set = (limit: number) => controlBroker('eval', `application:set_env(rabbit, max_message_size, ${limit}).`);
  try {
    await set(bytes);
    await use();
  } finally {
    await set(RABBITMQ_MAX_MESSAGE_BYTES);
  }
}
