// Starts the servers that are compared; one that cannot be started is said to be missing, and the others go on.
import type { Cleanup } from './cleanup.ts';
import type { Contender, Surroundings } from './contender.ts';
import { startAiosmtpd } from './contenders/aiosmtpd.ts';
import { startGateway } from './contenders/gateway.ts';
import { startHaraka } from './contenders/haraka.ts';
import { startPostfix } from './contenders/postfix.ts';
import { startPrototype } from './contenders/prototype.ts';
import { startRaw } from './contenders/raw.ts';
import { startSmtpSink } from './contenders/smtp-sink.ts';
import type { ServerName } from './options.ts';
import { type Bench, reportMissing } from './rounds.ts';

const STARTERS: Readonly<Record<ServerName, (surroundings: Surroundings) => Promise<Contender>>> = {
  'raw': startRaw,
  'smtp-sink': startSmtpSink,
  'mailchute': startGateway,
  'prototype': startPrototype,
  'haraka': startHaraka,
  'aiosmtpd': startAiosmtpd,
  'postfix': startPostfix,
};

/** In the order in which they are named. */
export async function startContenders(
  bench: Bench,
  names: readonly ServerName[],
  { surroundings, cleanup }: { readonly surroundings: Surroundings; readonly cleanup: Cleanup },
): Promise<Contender[]> {
  const started: Contender[] = [];
  for (const name of names) {
    try {
      const contender = await STARTERS[name](surroundings);
      cleanup.add(() => contender.stop());
      started.push(contender);
    } catch (error) {
      reportMissing(bench, name, { error });
    }
  }
  return started;
}
