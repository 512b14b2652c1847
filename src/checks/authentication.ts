// The checks that need the DNS, together: SPF beside one pass over the message for DKIM and ARC, then DMARC on both.

import { checkArc } from './arc.ts';
import type { ArcCheck, Check, CheckName, DkimCheck, DmarcCheck } from './check.ts';
import { KEY_BUDGET, type Signatures, type SignedContent, verifySignatures } from './dkim.ts';
import { checkDmarc, DMARC_BUDGET } from './dmarc.ts';
import type { Lookups } from './lookups.ts';
import { checkSpf, type SmtpClient, SPF_BUDGET, type SpfOutcome, toSpfCheck } from './spf.ts';
import { UnverifiableError } from './verifiable.ts';

/** What authentication stands on. */
export interface AuthenticationContext {
  readonly wanted: ReadonlySet<CheckName>;
  /** Name of this host towards the client. */
  readonly mta: string;
  /** Look-ups for one check, with its own budget. */
  lookups(budget: number): Lookups;
  /** Does the work; when that throws, reports it and gives the fallback. */
  guard<T>(check: CheckName, work: () => Promise<T>, fallback: T): Promise<T>;
}

/** Who wrote the message and who hands it in. */
export interface AuthenticatedMessage extends SignedContent {
  readonly client?: SmtpClient | undefined;
}

/** What the signatures are when they were not verified: `neutral` when there is too much of them, else unknown. */
type Unverified = 'neutral' | 'temperror';

/** Resolves with the elements of the wanted checks, in their order. */
export async function authenticate(message: AuthenticatedMessage, context: AuthenticationContext): Promise<Check[]> {
  const { wanted } = context;
  const [spf, signatures] = await Promise.all([
    message.client === undefined ? undefined : evaluateSpf(message.client, context),
    readSignatures(message, context),
  ]);
  const [dmarc, arc] = await Promise.all([
    wanted.has('dmarc') ? evaluateDmarc({ spf, signatures }, context) : [],
    wanted.has('arc') ? evaluateArc(signatures, context) : [],
  ]);
  return [
    ...(spf !== undefined && wanted.has('spf') ? [spf.check] : []),
    ...(wanted.has('dkim') ? toDkimChecks(signatures) : []),
    ...dmarc,
    ...arc,
  ];
}

async function evaluateSpf(client: SmtpClient, context: AuthenticationContext): Promise<SpfOutcome | undefined> {
  const { wanted, mta } = context;
  if (!wanted.has('spf') && !wanted.has('dmarc')) return undefined;
  const unknown = { check: toSpfCheck('temperror', client), domain: client.mailFrom.replace(/^.*@/s, '') };
  return await context.guard('spf', () => checkSpf(client, { lookups: context.lookups(SPF_BUDGET), mta }), unknown);
}

async function readSignatures(
  message: SignedContent,
  context: AuthenticationContext,
): Promise<Signatures | Unverified> {
  const isNeeded = (['dkim', 'dmarc', 'arc'] as const).some((name) => context.wanted.has(name));
  if (!isNeeded) return 'neutral';
  const verify = () =>
    verifySignatures(message, context.lookups(KEY_BUDGET)).catch((error: unknown) => {
      if (error instanceof UnverifiableError) return 'neutral' as const;
      throw error;
    });
  return await context.guard<Signatures | Unverified>('dkim', verify, 'temperror');
}

/** RFC 8601 section 2.7.1: `neutral` is what could not be processed. */
function toDkimChecks(signatures: Signatures | Unverified): readonly DkimCheck[] {
  return typeof signatures === 'string' ? [{ dkim: signatures }] : signatures.checks;
}

async function evaluateDmarc(
  { spf, signatures }: { readonly spf: SpfOutcome | undefined; readonly signatures: Signatures | Unverified },
  context: AuthenticationContext,
): Promise<DmarcCheck[]> {
  if (typeof signatures === 'string') return [{ dmarc: toErrorWord(signatures) }];
  const check = () => checkDmarc({ spf, signatures }, context.lookups(DMARC_BUDGET));
  return [await context.guard('dmarc', check, { dmarc: 'temperror' })];
}

async function evaluateArc(signatures: Signatures | Unverified, context: AuthenticationContext): Promise<ArcCheck[]> {
  if (typeof signatures === 'string') return [{ arc: toErrorWord(signatures) }];
  const check = () => checkArc(signatures.arc, context.lookups(KEY_BUDGET));
  return [await context.guard('arc', check, { arc: 'temperror' })];
}

function toErrorWord(unverified: Unverified): 'permerror' | 'temperror' {
  return unverified === 'neutral' ? 'permerror' : 'temperror';
}
