// From configuration to who may use the HTTP door: the range, and the tokens and logins that requests have to show.

import { type Authenticator, openAuthenticator } from '../auth/authenticator.ts';
import { LoginMemory } from '../auth/login-memory.ts';
import type { LoginThrottle } from '../auth/login-throttle.ts';
import { parseTokenList } from '../auth/token-list.ts';
import { ChangingFile } from '../config/changing-file.ts';
import type { AccessRules } from '../http/http-door.ts';
import { rangesContain } from '../mail/ip-ranges.ts';
import type { Log } from '../telemetry/log.ts';
import type { GatewayConfig } from './gateway-config.ts';

/** What `openHttpAccess` needs beside the configuration. */
export interface HttpAccessOptions {
  readonly log: Log;
  readonly throttle?: LoginThrottle;
  /** Milliseconds, for looking at the file of tokens. */
  readonly now?: () => number;
}

/** The rules with what they hold open. */
export interface HttpAccess {
  readonly access: AccessRules;
  /** Has every login checked again (SIGHUP). */
  reload(): void;
  /** Ends the logins that are being checked. */
  close(): Promise<void>;
}

/** Opens the backends and the file of tokens; rejects with an Error that names what cannot be used. */
export async function openHttpAccess(
  { config, httpAuthBackends }: Pick<GatewayConfig, 'config' | 'httpAuthBackends'>,
  { log, throttle, now = Date.now }: HttpAccessOptions,
): Promise<HttpAccess> {
  const range = config['http-range'];
  const nameOfToken = openTokens(config['http-tokens'], { log, now });
  const memory = new LoginMemory();
  const authenticator = httpAuthBackends.length === 0
    ? undefined
    : await openAuthenticator(httpAuthBackends, { log, memory, ...(throttle === undefined ? {} : { throttle }) });
  const credentials = {
    ...(nameOfToken === undefined ? {} : { nameOfToken }),
    ...(authenticator === undefined ? {} : { authenticator }),
    allowsPlaintext: config['http-plaintext-auth'],
  };
  return {
    access: {
      ...(range === undefined ? {} : { isAllowed: (address: string) => rangesContain(range, address) }),
      ...(nameOfToken === undefined && authenticator === undefined ? {} : { credentials }),
    },
    reload: () => memory.forget(),
    close: () => closeAuthenticator(authenticator),
  };
}

async function closeAuthenticator(authenticator: Authenticator | undefined): Promise<void> {
  await authenticator?.close();
}

function openTokens(
  path: string | undefined,
  { log, now }: { readonly log: Log; readonly now: () => number },
): ((token: string) => string | undefined) | undefined {
  if (path === undefined) return undefined;
  const file = new ChangingFile({
    path,
    now,
    parse: parseTokenList,
    onChange(reason) {
      if (reason === undefined) log.emit('auth.tokens-read', { path });
      else log.emit('auth.tokens-unusable', { path, reason });
    },
  });
  log.emit('auth.tokens-read', { path, tokens: file.value.size });
  return (token) => file.value.nameOf(token);
}
