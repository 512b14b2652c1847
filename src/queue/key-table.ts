// The table of Idempotency-Keys, in the queue file or in a file of its own; its functions run inside the caller's transaction.

import type { DatabaseSync } from 'node:sqlite';
import type { StoredRecord } from '../mail/disposition.ts';
import type { KeyClaim, KeyRequest } from './key-claim.ts';

/** How long a key is kept, in milliseconds. */
export const KEY_LIFE_MS = 24 * 60 * 60 * 1000;
/** How long a claim holds that nobody renews, in seconds. */
export const LEASE_S = 20;
// Each new key takes some old ones along, so the table shrinks as fast as it can grow.
const EXPIRE_AT_ONCE = 8;

/**
 * A row with an `owner` is a claim until its `lease`, in seconds since the machine was started: no clock that is set changes
 * that, and a lease from before a restart of the machine is known by being too long. A row with `answer` is finished; a row
 * with neither waits for a repeat.
 */
const TABLE = `
  CREATE TABLE IF NOT EXISTS idempotency_key (
    scope BLOB NOT NULL UNIQUE,
    body BLOB NOT NULL,
    created INTEGER NOT NULL,
    owner TEXT,
    lease INTEGER NOT NULL,
    answer TEXT
  );
  CREATE INDEX IF NOT EXISTS idempotency_key_created ON idempotency_key (created);
`;

/** The time, by both clocks. */
export interface Moment {
  /** Unix time in milliseconds. */
  readonly nowMs: number;
  /** Seconds since the machine was started. */
  readonly uptimeS: number;
}

/** What is in the table about one key. */
export interface KeyEntry {
  readonly body: Uint8Array;
  /** Whose claim it is; undefined when the lease is over. */
  readonly owner: string | undefined;
  readonly answer: readonly StoredRecord[] | undefined;
}

/** Statements on the table. */
export interface KeyTable {
  /** The entry of a key; none once it is too old, or when its time cannot be right. */
  find(scope: Uint8Array, moment: Moment): KeyEntry | undefined;
  /** Enters a claim in the place of whatever was there. */
  claim(request: KeyRequest & { readonly owner: string }, moment: Moment): void;
  /** Leaves the entry for a repeat of the same body. */
  release(claim: KeyClaim): void;
  remove(claim: KeyClaim): void;
  renew(claim: KeyClaim, moment: Moment): void;
  /** Removes a few entries that are too old. */
  expire(moment: Moment): void;
}

/** Creates the table where it is missing, and prepares its statements. */
export function openKeyTable(database: DatabaseSync): KeyTable {
  database.exec(TABLE);
  const select = database.prepare('SELECT body, created, owner, lease, answer FROM idempotency_key WHERE scope = ?');
  const replace = database.prepare(
    'INSERT OR REPLACE INTO idempotency_key (scope, body, created, owner, lease) VALUES (?, ?, ?, ?, ?)',
  );
  const release = database.prepare(
    'UPDATE idempotency_key SET owner = NULL WHERE scope = ? AND owner = ? AND answer IS NULL',
  );
  const remove = database.prepare('DELETE FROM idempotency_key WHERE scope = ? AND owner = ? AND answer IS NULL');
  const renew = database.prepare('UPDATE idempotency_key SET lease = ? WHERE scope = ? AND owner = ?');
  const expire = database.prepare(`
    DELETE FROM idempotency_key WHERE rowid IN (
      SELECT rowid FROM idempotency_key WHERE created BETWEEN ? AND ?
        AND (owner IS NULL OR lease <= ? OR lease > ?)
      ORDER BY created LIMIT ${EXPIRE_AT_ONCE})`);
  return {
    find(scope, moment) {
      const row = select.get(scope);
      if (row === undefined) return undefined;
      const lease = Number(row['lease']);
      const isHeld = row['owner'] !== null && lease > moment.uptimeS && lease <= moment.uptimeS + LEASE_S;
      if (!isHeld && Math.abs(moment.nowMs - Number(row['created'])) >= KEY_LIFE_MS) return undefined;
      return {
        body: row['body'] as Uint8Array,
        owner: isHeld ? String(row['owner']) : undefined,
        answer: row['answer'] === null ? undefined : JSON.parse(String(row['answer'])),
      };
    },
    claim({ scope, body, owner }, { nowMs, uptimeS }) {
      replace.run(scope, body, nowMs, owner, toLease(uptimeS));
    },
    release: ({ scope, owner }) => void release.run(scope, owner),
    remove: ({ scope, owner }) => void remove.run(scope, owner),
    renew: ({ scope, owner }, { uptimeS }) => void renew.run(toLease(uptimeS), scope, owner),
    expire({ nowMs, uptimeS }) {
      const leases = [Math.floor(uptimeS), Math.floor(uptimeS) + LEASE_S] as const;
      expire.run(0, nowMs - KEY_LIFE_MS, ...leases);
      expire.run(nowMs + KEY_LIFE_MS, Number.MAX_SAFE_INTEGER, ...leases);
    },
  };
}

function toLease(uptimeS: number): number {
  return Math.floor(uptimeS) + LEASE_S;
}

/** Notes the records of a claim; false, with nothing changed, when the claim is no longer its owner's. */
export type WriteAnswer = (claim: KeyClaim, records: readonly StoredRecord[]) => boolean;

/** Prepares it; the table has to be there. */
export function createAnswerWriter(database: DatabaseSync): WriteAnswer {
  const update = database.prepare(
    'UPDATE idempotency_key SET answer = ?, owner = NULL WHERE scope = ? AND owner = ? AND answer IS NULL',
  );
  return function writeAnswer({ scope, owner }, records) {
    const answer = records.map(({ id, recipient, queue }) => ({ id, recipient, queue }));
    return Number(update.run(JSON.stringify(answer), scope, owner).changes) === 1;
  };
}
