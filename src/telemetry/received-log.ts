// The received log (received-log-file): one JSON line for each record that was put into a queue.

import process from 'node:process';
import { setImmediate } from 'node:timers';
import { LogFile, type LogReport } from './log-file.ts';
import { toPrintableJson } from './printable.ts';

/** What a line says of a record, with the record's own names; what is undefined is left out. */
export interface ReceivedRecord {
  /** ISO 8601, UTC: when the message came in. */
  readonly time: string;
  readonly 'message-id': string;
  /** accepted, refused (kept in the refused queue), or what the client was told although this record is stored. */
  readonly outcome: 'accepted' | 'refused' | 'deferred' | 'rejected';
  readonly door: 'smtp' | 'http' | 'cli';
  readonly session: string;
  readonly 'remote-ip'?: string;
  readonly 'local-ip'?: string;
  /** SMTP: who logged in. Command line: whose process it was. */
  readonly user?: string;
  /** HTTP: the name of the token or user. */
  readonly authentication?: string;
  /** Missing for the null sender. */
  readonly envelope?: string;
  readonly recipient: string;
  readonly queue: string;
  /** Of the decoded content, in bytes and in hex. */
  readonly size?: number;
  readonly sha256?: string;
  /** What the client was told, unless the outcome is accepted. */
  readonly code?: number;
  readonly text?: string;
}

/** Where received records are written down. */
export interface ReceivedLog {
  write(records: readonly ReceivedRecord[]): void;
  /** Opens the file again, for logrotate. */
  reopen(): void;
  /** Writes what is held back, and closes the file. */
  close(): void;
}

// Lines of one turn of the event loop are written together, or before that once they are so many characters.
const MOST_HELD = 1 << 18;

/** Opens the file; throws when it cannot be opened for appending. */
export function createReceivedLog(path: string, { report }: { readonly report: LogReport }): ReceivedLog {
  const file = new LogFile(path, { report });
  let held = '';
  const flush = () => {
    if (held === '') return;
    const lines = held;
    held = '';
    file.append(lines);
  };
  // However the process ends short of being killed.
  process.on('exit', flush);
  return {
    write(records) {
      if (held === '') setImmediate(flush);
      for (const record of records) held += `${toPrintableJson(record)}\n`;
      if (held.length >= MOST_HELD) flush();
    },
    reopen() {
      flush();
      file.reopen();
    },
    close() {
      flush();
      process.off('exit', flush);
      file.close();
    },
  };
}
