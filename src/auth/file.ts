// The backend file:///path: a file of user names and crypt(3) hashes that is read again whenever it has changed.

import { readFile, stat } from 'node:fs/promises';
import { type Parsed, parsed, problem } from '../mail/parsed.ts';
import type { Log } from '../telemetry/log.ts';
import type { AuthBackend, Credentials, OpenBackend } from './backend.ts';
import { matchesHash, type PasswordHash } from './crypt/password-hash.ts';
import { parsePasswordLines, type PasswordLines } from './password-file.ts';
import { toSecretDigest } from './secret-digest.ts';
import { Turns } from './turns.ts';

const SCHEME = 'file://';
const LARGEST_FILE = 8 * 1024 * 1024;
const WRITABLE_BY_ALL = 0o002;
const MOST_REPORTED_LINES = 20;
// A client that opens a session for every message would otherwise cost a hash each time.
const MOST_REMEMBERED = 1000;

/** Reads MailerQ's file://; the path is taken verbatim. */
export function parseFile(url: string): Parsed<AuthBackend> {
  const path = url.slice(SCHEME.length);
  if (!path.startsWith('/')) return problem('file:// needs an absolute path, as in file:///etc/mailchute/users');
  return parsed({
    label: url,
    async open({ log }) {
      const file = new PasswordFile(path, log);
      await file.load();
      return file;
    },
  });
}

/** One state of the file. */
interface Table extends PasswordLines {
  readonly version: string;
  readonly hashes: readonly PasswordHash[];
  /** Digests of credentials that were right, oldest first. */
  readonly remembered: Set<string>;
}

class PasswordFile implements OpenBackend {
  readonly #path: string;
  readonly #log: Log;
  readonly #turns = new Turns({ running: 2, waiting: 256 });
  #table: Table | undefined;
  #loading: Promise<Table> | undefined;

  constructor(path: string, log: Log) {
    this.#path = path;
    this.#log = log;
  }

  /** The current state; rejects when the file cannot be read: an old copy would let in who has been taken out. */
  load(): Promise<Table> {
    this.#loading ??= this.#refresh().finally(() => this.#loading = undefined);
    return this.#loading;
  }

  async check({ username, password }: Credentials, signal: AbortSignal): Promise<boolean> {
    const table = await this.load();
    const own = table.users.get(username);
    const hash = own ?? pickDecoy(username, table.hashes);
    if (hash === undefined) return false;
    const digest = toSecretDigest(username, password, hash.expected).toString('base64');
    if (table.remembered.has(digest)) return true;
    const matches = await this.#turns.take(signal, () => matchesHash(password, { hash, signal }));
    if (!matches || own === undefined) return false;
    remember(digest, table.remembered);
    return true;
  }

  async close(): Promise<void> {}

  async #refresh(): Promise<Table> {
    const version = await readVersion(this.#path);
    if (this.#table?.version === version) return this.#table;
    const lines = parsePasswordLines(await readFile(this.#path, 'utf8'));
    this.#report(lines);
    this.#table = { ...lines, version, hashes: [...lines.users.values()], remembered: new Set() };
    return this.#table;
  }

  #report({ users, faults }: PasswordLines): void {
    const path = this.#path;
    this.#log.emit('auth.file-read', { path, users: users.size, unusable: faults.length });
    for (const fault of faults.slice(0, MOST_REPORTED_LINES)) this.#log.emit('auth.line-unusable', { path, ...fault });
  }
}

/** What changes when the file does. */
async function readVersion(path: string): Promise<string> {
  const { mtimeNs, ctimeNs, size, ino, dev, mode } = await stat(path, { bigint: true });
  if (size > LARGEST_FILE) throw new Error(`${path} is larger than ${LARGEST_FILE} bytes`);
  if ((Number(mode) & WRITABLE_BY_ALL) !== 0) throw new Error(`${path} can be changed by everybody: chmod o-w ${path}`);
  return [mtimeNs, ctimeNs, size, ino, dev].join(' ');
}

/** For an unknown name always the same one of the hashes that are there, so that it costs what a known one costs. */
function pickDecoy(username: string, hashes: readonly PasswordHash[]): PasswordHash | undefined {
  return hashes[toSecretDigest(username).readUInt32BE() % hashes.length];
}

function remember(digest: string, remembered: Set<string>): void {
  const [oldest] = remembered;
  if (remembered.size >= MOST_REMEMBERED && oldest !== undefined) remembered.delete(oldest);
  remembered.add(digest);
}
