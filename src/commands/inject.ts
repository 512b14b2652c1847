// `mailchute inject` (MailerQ's command line mode): one message from standard input through the pipeline into the queue.

import { hostname, userInfo } from 'node:os';
import process from 'node:process';
import type { CommandSyntax } from '../config/command-line.ts';
import { toFaultLine } from '../config/fault.ts';
import { createMessageIds } from '../mail/message-id.ts';
import { createPipeline } from '../pipeline/ingest.ts';
import type { Log } from '../telemetry/log.ts';
import type { ReceivedLog } from '../telemetry/received-log.ts';
import { EVENTS } from '../telemetry/events.ts';
import type { CommandIo } from './command-io.ts';
import { type GatewayConfig, loadGatewayConfig } from './gateway-config.ts';
import { toInjectMessage } from './inject-envelope.ts';
import { readInjectInput } from './inject-input.ts';
import { openChecker } from './open-checker.ts';
import { openLocalAddresses } from './open-local-addresses.ts';
import { openOutlet } from './open-outlet.ts';
import { openReceivedLog } from './open-received-log.ts';
import { toPipelineSettings } from './pipeline-settings.ts';

const MOST_RECIPIENTS = 10_000;
const SYNTAX: CommandSyntax = {
  options: new Map([['envelope', 'value'], ['extract-recipients', 'flag'], ['ignore-dot', 'flag']]),
  operands: MOST_RECIPIENTS,
};
const REFUSED = 1;
const USAGE = 2;
// sysexits(3) EX_TEMPFAIL: mail programs try again later.
const DEFERRED = 75;

/** Runs the command; standard input unless a test says otherwise. */
export async function inject(
  argv: readonly string[],
  io: CommandIo,
  { input = process.stdin }: { readonly input?: AsyncIterable<Uint8Array> } = {},
): Promise<number> {
  const loaded = loadGatewayConfig({ argv, env: io.env, syntax: SYNTAX });
  for (const fault of loaded.faults) io.stderr(`${toFaultLine(fault)}\n`);
  if (loaded.faults.length > 0) return USAGE;
  const maxBytes = Math.min(loaded.config['smtp-maxsize'], loaded.config['rabbitmq-max-message-size']);
  const content = await readInjectInput(input, { maxBytes, ignoreDot: loaded.options.has('ignore-dot') });
  if (content === undefined) {
    io.stderr(`mailchute inject: the message is larger than ${maxBytes} bytes (smtp-maxsize)\n`);
    return REFUSED;
  }
  return await submit(content, loaded, io);
}

async function submit(content: Buffer, loaded: GatewayConfig, io: CommandIo): Promise<number> {
  const { config, options, operands, ownArguments } = loaded;
  const log = createErrorLog(io);
  const receivedLog = tryReceivedLog(loaded, { log, io });
  // A gateway that runs on the same queue file goes on writing; both take turns.
  const outlet = await openOutlet(config, log, { exclusive: false });
  try {
    const localAddresses = openLocalAddresses(config['local-addresses'], log);
    const pipeline = createPipeline({
      settings: toPipelineSettings(config, { localAddresses, requiresAuthentication: false }),
      outlet,
      log,
      nextId: createMessageIds(config['server-id'], 0),
      checker: openChecker(config, log),
      receivedLog,
    });
    const request = {
      recipients: operands,
      extract: options.has('extract-recipients'),
      sender: options.get('envelope'),
    };
    const message = toInjectMessage(content, request, pipeline);
    if (!message.ok) {
      io.stderr(`mailchute inject: ${message.problem}\n`);
      return REFUSED;
    }
    const disposition = await pipeline.ingest({
      origin: { door: 'cli', command: 'inject', arguments: ownArguments, user: userInfo().username },
      trusted: true,
      envelope: message.value.envelope,
      content: message.value.content,
      hostname: config['smtp-hostname'] ?? hostname(),
      sessionId: `cli-${process.pid}`,
    });
    if (disposition.outcome === 'accepted') {
      for (const { id, recipient } of disposition.records) io.stdout(`${id} for ${recipient}\n`);
      return 0;
    }
    io.stderr(`mailchute inject: ${disposition.status} ${disposition.text}\n`);
    return disposition.outcome === 'deferred' ? DEFERRED : REFUSED;
  } finally {
    await outlet.drain();
    receivedLog?.close();
  }
}

/** Whoever may use the queue need not be allowed to write the gateway's log; that must not stop the mail. */
function tryReceivedLog(
  { config }: GatewayConfig,
  { log, io }: { readonly log: Log; readonly io: CommandIo },
): ReceivedLog | undefined {
  try {
    return openReceivedLog(config, log);
  } catch (error) {
    io.stderr(`mailchute inject: ${error instanceof Error ? error.message : error} (received-log-file)\n`);
    return undefined;
  }
}

/** A command says only what went wrong. */
function createErrorLog({ stderr }: CommandIo): Log {
  return {
    emit(event, { reason, detail } = {}) {
      const { level, text } = EVENTS[event];
      if (level !== 'info') stderr(`mailchute inject: ${[text, reason, detail].filter(Boolean).join(': ')}\n`);
    },
    close() {},
  };
}
