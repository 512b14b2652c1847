// Where the suites against outside test data find it, and how they say that it is not there.
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';

/** The folder of a set; undefined, and said so, where MAILCHUTE_CORPORA does not lead to it. */
export function findCorpus(name: string): string | undefined {
  const folder = join(process.env['MAILCHUTE_CORPORA'] ?? '', name);
  if (process.env['MAILCHUTE_CORPORA'] !== undefined && existsSync(folder)) return folder;
  console.log(`*** ${name}: DID NOT RUN, MAILCHUTE_CORPORA does not lead to this set ***`);
  return undefined;
}

/** The cases of a set, one JSON object a line. */
export function readCases<Case>(folder: string): Case[] {
  return readFileSync(join(folder, 'cases.jsonl'), 'utf8').split('\n').filter(Boolean).map((line) => JSON.parse(line));
}
