// The configuration as the gateway takes it: loaded, with what only the floors above it can read, such as logins.

import { readFileSync } from 'node:fs';
import type { AuthBackend } from '../auth/backend.ts';
import { parseCredentialPair } from '../auth/hardcoded.ts';
import { parseAuthBackend } from '../auth/parse-auth-backend.ts';
import { parseTokenList } from '../auth/token-list.ts';
import type { Fault } from '../config/fault.ts';
import type { KeyName } from '../config/keys.ts';
import { loadConfig, type LoadedConfig, type LoadOptions } from '../config/load.ts';
import type { Parsed } from '../mail/parsed.ts';
import { CertificateError, loadCertificate } from '../net/certificate.ts';
import { parseLocalAddresses } from '../pipeline/local-addresses.ts';
import { type Door, toCertificateFiles } from './open-certificate.ts';

/** A loaded configuration with all its faults. */
export interface GatewayConfig extends LoadedConfig {
  /** What smtp-auth, smtp-username and smtp-password stand for, in the order in which they are asked. */
  readonly authBackends: readonly AuthBackend[];
  /** What http-auth stands for. */
  readonly httpAuthBackends: readonly AuthBackend[];
  /** Values whose secrets only their own parser knows, as they may be shown. */
  readonly shown: ReadonlyMap<KeyName, string>;
}

/** Loads and checks everything that can be checked without opening anything. Faults are returned, never thrown. */
export function loadGatewayConfig(options: LoadOptions): GatewayConfig {
  const loaded = loadConfig(options);
  const faults = [...loaded.faults];
  const backends = toBackends(loaded, { key: 'smtp-auth', faults });
  const httpAuthBackends = toBackends(loaded, { key: 'http-auth', faults });
  const pair = toCredentialPair(loaded, faults);
  const { readFile = readFileSync } = options;
  checkFile(loaded, { key: 'local-addresses', parse: parseLocalAddresses, faults, readFile });
  checkFile(loaded, { key: 'http-tokens', parse: parseTokenList, faults, readFile });
  for (const door of ['smtp', 'http'] as const) checkCertificate(loaded, { door, faults, readFile });
  return {
    ...loaded,
    faults,
    authBackends: pair === undefined ? backends : [...backends, pair],
    httpAuthBackends,
    shown: new Map([['smtp-auth', toLabels(backends)], ['http-auth', toLabels(httpAuthBackends)]]),
  };
}

function toLabels(backends: readonly AuthBackend[]): string {
  return backends.map(({ label }) => label).join(' ');
}

function toBackends(
  loaded: LoadedConfig,
  { key, faults }: { readonly key: 'smtp-auth' | 'http-auth'; readonly faults: Fault[] },
): AuthBackend[] {
  return toAuthUrls(loaded, key).flatMap(({ url, where }) => take(parseAuthBackend(url), { where, faults }) ?? []);
}

function take<T>(
  value: Parsed<T>,
  { where, faults }: { readonly where: string; readonly faults: Fault[] },
): T | undefined {
  if (value.ok) return value.value;
  faults.push({ where, text: value.problem });
  return undefined;
}

/** Each URL with the place where it stands; there may be several places, and several URLs in one. */
function toAuthUrls({ given }: LoadedConfig, key: KeyName): { readonly url: string; readonly where: string }[] {
  const setting = given.get(key);
  if (setting === undefined) return [];
  return (setting.parts ?? [setting]).flatMap(({ text, where }) =>
    text.split(/[ \t]+/).filter((url) => url !== '').map((url) => ({ url, where }))
  );
}

function toCredentialPair({ config, given }: LoadedConfig, faults: Fault[]): AuthBackend | undefined {
  const { 'smtp-username': username, 'smtp-password': password } = config;
  if (username === undefined || password === undefined) return undefined;
  const where = given.get('smtp-username')?.where ?? '';
  return take(parseCredentialPair({ username, password }), { where, faults });
}

interface FileCheck {
  readonly key: 'local-addresses' | 'http-tokens';
  readonly parse: (text: string) => Parsed<unknown>;
  readonly faults: Fault[];
  readonly readFile: NonNullable<LoadOptions['readFile']>;
}

/** Reads a file that is read again while the gateway runs. */
function checkFile({ config, given }: LoadedConfig, { key, parse, faults, readFile }: FileCheck): void {
  const path = config[key];
  if (path === undefined) return;
  try {
    const checked = parse(new TextDecoder().decode(readFile(path)));
    if (!checked.ok) faults.push({ where: given.get(key)?.where ?? '', text: `${path}, ${checked.problem}` });
  } catch {
    // Loading has reported a file that cannot be read.
  }
}

function checkCertificate(
  { config, given }: LoadedConfig,
  { door, faults, readFile }: {
    readonly door: Door;
    readonly faults: Fault[];
    readonly readFile: NonNullable<LoadOptions['readFile']>;
  },
): void {
  const files = toCertificateFiles(config, door);
  if (files === undefined) return;
  // Loading has reported a file that cannot be read.
  const paths = Object.values(files);
  if (faults.some(({ text }) => paths.some((path) => text.startsWith(`${path} cannot be read`)))) return;
  try {
    loadCertificate(files, { readFile });
  } catch (error) {
    if (!(error instanceof CertificateError)) throw error;
    faults.push({ where: given.get(`${door}-certificate`)?.where ?? '', text: error.message });
  }
}
