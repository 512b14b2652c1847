// What `serve` tells a person who has just started it: commands for the open doors, ready to be copied.

import process from 'node:process';
import { KEYS } from '../config/keys.ts';
import type { GatewayConfig } from './gateway-config.ts';

/** What the steps depend on. */
export interface NextStepsOptions {
  /** Where the doors are: what `serve` has said of each. */
  readonly lines: readonly string[];
  /** The command line of this program. */
  readonly program: string;
}

const HTTP_MESSAGE = String
  .raw`{"envelope":"me@example.com","recipient":"you@example.org","mime":"Subject: hello\n\nBy HTTP.\n"}`;
const SMTP_MESSAGE = String.raw`Subject: hello again\r\n\r\nBy SMTP.\r\n`;

/** The executable as it was called, or what a checkout has instead. */
export function toProgramName(): string {
  return process.getBuiltinModule('node:sea')?.isSea() === true ? process.argv0 : 'npx mailchute';
}

/** The text; empty when no door takes mail from this machine without a login. */
export function toNextSteps(loaded: GatewayConfig, { lines, program }: NextStepsOptions): string {
  const { config } = loaded;
  const http = isHttpOpen(loaded) ? findDoor(lines, 'HTTP') : undefined;
  const smtp = isSmtpOpen(loaded) ? findDoor(lines, 'SMTP') : undefined;
  const steps = [
    ...(http === undefined
      ? []
      : [`curl -sS http://${http}/v1/messages -H 'Content-Type: application/json' -d '${HTTP_MESSAGE}'`]),
    ...(smtp === undefined ? [] : [
      `printf '${SMTP_MESSAGE}' | curl -sS smtp://${smtp} --mail-from me@example.com --mail-rcpt you@example.org --upload-file -`,
    ]),
  ];
  if (steps.length === 0) return '';
  // Looking into a queue of RabbitMQ changes it.
  if (config['rabbitmq-address'] === undefined) {
    const path = config['queue-path'];
    const flag = path === KEYS['queue-path'].initial ? '' : ` --queue-path=${quoteForShell(path)}`;
    steps.push(`${program} queue get ${quoteForShell(config['rabbitmq-inbox'])}${flag}`);
  }
  return `\nTry it from another terminal:\n${steps.map((step) => `  ${step}\n`).join('')}\n`;
}

function isHttpOpen({ config }: GatewayConfig): boolean {
  const hasLogins = config['http-auth'] !== undefined || config['http-tokens'] !== undefined;
  return !hasLogins && config['http-range'] === undefined && config['http-proxy'].length === 0;
}

function isSmtpOpen({ config, authBackends }: GatewayConfig): boolean {
  return authBackends.length === 0 && config['smtp-range'] === undefined && config['smtp-proxy'].length === 0;
}

/** Where this machine reaches the door; one on all addresses is at loopback, too. */
function findDoor(lines: readonly string[], name: 'SMTP' | 'HTTP'): string | undefined {
  const line = lines.find((each) => each.startsWith(`${name} `));
  return line?.slice(name.length + 1).replace(/^0\.0\.0\.0:/, '127.0.0.1:').replace(/^\[::\]:/, '[::1]:');
}

function quoteForShell(text: string): string {
  return /^[\w./-]+$/.test(text) ? text : `'${text.replaceAll("'", String.raw`'\''`)}'`;
}
