// The HTTP door, measured by its own benchmark.
import { existsSync } from 'node:fs';
import { resolve } from 'node:path';
import process from 'node:process';
import { EXECUTABLE } from '../contenders/gateway.ts';
import { runTool } from '../program.ts';
import { type Bench, reportMissing } from '../rounds.ts';

/** The section of the HTTP door. */
export const HTTP = 'http';
/** Its only row. */
export const HTTP_LOAD = '4 KiB, 32 connections';

const PROGRAM = resolve(import.meta.dirname, '..', 'http.ts');

interface HttpRow {
  readonly name: string;
  readonly 'messages/s': number;
  readonly 'times bare': number;
  readonly 'p50 ms': number;
  readonly 'p99 ms': number;
  readonly 'server ms/message': number;
}

/** Runs it with the executable; its figures are medians over its own rounds already. */
export async function runHttp(bench: Bench): Promise<void> {
  const { rounds, seconds } = bench.options;
  try {
    if (!existsSync(PROGRAM)) throw new Error('scripts/bench/http.ts is missing');
    const flags = ['--json', '--rounds', String(rounds), '--seconds', String(seconds), '--program', EXECUTABLE];
    const text = await runTool([process.execPath, PROGRAM, ...flags]);
    const { rows } = JSON.parse(text.slice(text.indexOf('{\n'))) as { readonly rows: readonly HttpRow[] };
    for (const row of rows) {
      bench.results.add({ section: HTTP, load: HTTP_LOAD, contender: row.name }, {
        rate: row['messages/s'],
        timesBare: row['times bare'],
        p50Ms: row['p50 ms'],
        p99Ms: row['p99 ms'],
        cpuUs: row['server ms/message'] * 1000,
      });
    }
  } catch (error) {
    reportMissing(bench, HTTP, { error });
  }
}
