// Turns what amqplib and the sockets throw into a reason and an advice that an operator can act on.

import type { AmqpAddress } from './amqp-address.ts';

/** Why a broker cannot be used, and what to do about it. */
export interface AmqpFailure {
  readonly reason: string;
  readonly advice: string;
}

/** A fault of the configuration that no retry heals: the start ends with it. */
export class OutletFault extends Error {
  override readonly name = 'OutletFault';
}

/** The numeric AMQP reply code or the system error code of an error; undefined when it has none. */
export function toErrorCode(error: unknown): string | number | undefined {
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  return typeof code === 'string' || typeof code === 'number' ? code : undefined;
}

/** The broker's own sentence inside an error of amqplib, else the error's message. */
export function toBrokerText(error: unknown): string {
  const message = error instanceof Error ? error.message : String(error);
  return /with message "(.*)"$/s.exec(message)?.[1] ?? message.trim();
}

const CERTIFICATE_CODES = new Set<string | number | undefined>([
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'CERT_HAS_EXPIRED',
  'CERT_NOT_YET_VALID',
  'ERR_TLS_CERT_ALTNAME_INVALID',
]);

interface Rule {
  readonly applies: (code: string | number | undefined, message: string) => boolean;
  readonly toFailure: (address: AmqpAddress, message: string) => AmqpFailure;
}

const RULES: readonly Rule[] = [
  {
    applies: (_, message) => /ACCESS[_-]REFUSED/.test(message),
    toFailure: ({ username }) => ({
      reason: `the broker refuses the user name or password of '${username}'`,
      advice: username === 'guest'
        ? 'check rabbitmq-address; RabbitMQ takes the user guest from its own machine only'
        : 'check user and password in rabbitmq-address (special characters percent-encoded)',
    }),
  },
  {
    // amqplib drops the text of a close that answers connection.open; the virtual host is what RabbitMQ checks there.
    applies: (_, message) => /Expected ConnectionOpenOk; got <ConnectionClose/.test(message),
    toFailure: ({ vhost, username }) => ({
      reason: `the broker refuses the virtual host '${vhost}' to '${username}'`,
      advice: 'create it, grant the user access to it, or name another one in rabbitmq-address',
    }),
  },
  {
    applies: (code) => code === 'ECONNREFUSED',
    toFailure: () => ({
      reason: 'connection refused: nothing listens there',
      advice: 'start RabbitMQ, or correct host and port in rabbitmq-address',
    }),
  },
  {
    applies: (code) => code === 'ENOTFOUND' || code === 'EAI_AGAIN',
    toFailure: ({ hostname }) => ({
      reason: `the host name '${hostname}' cannot be resolved`,
      advice: 'correct the host in rabbitmq-address, or check the name server',
    }),
  },
  {
    applies: (code, message) =>
      code === 'EHOSTUNREACH' || code === 'ENETUNREACH' || code === 'ETIMEDOUT' || /ETIMEDOUT/.test(message),
    toFailure: () => ({
      reason: 'no answer in time',
      advice: 'check the network and firewalls between here and the broker, and whether the broker hangs',
    }),
  },
  {
    applies: (code, message) => CERTIFICATE_CODES.has(code) || /certificate/i.test(message),
    toFailure: (_, message) => ({
      reason: `the broker's certificate is not accepted: ${message}`,
      advice: 'name its authority in rabbitmq-ca, or set rabbitmq-verify to false',
    }),
  },
  {
    applies: (code, message) =>
      String(code).startsWith('ERR_SSL') || code === 'EPROTO' || /wrong version/i.test(message),
    toFailure: () => ({
      reason: 'the port does not speak TLS',
      advice: 'use amqp:// for a plain port (5672), amqps:// for a TLS port (5671)',
    }),
  },
  {
    applies: (code, message) => code === 'ECONNRESET' || /Socket closed abruptly/.test(message),
    toFailure: () => ({
      reason: 'the peer closed the connection while it was being opened',
      advice: 'check that the port is an AMQP 0-9-1 port, amqps:// for a TLS port, and the log of the broker',
    }),
  },
];

/** Explains why a broker could not be connected to. */
export function toConnectFailure(error: unknown, address: AmqpAddress): AmqpFailure {
  const code = toErrorCode(error);
  const message = toBrokerText(error);
  const rule = RULES.find(({ applies }) => applies(code, message));
  return rule?.toFailure(address, message) ?? { reason: message, advice: 'see the log of the broker' };
}
