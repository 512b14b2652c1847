// Runs the recogniser and the parser over labelled mails and counts, per kind, what was found and what was missed.
import { splitHeaderSection } from '../../src/mail/header-section.ts';
import { parseReport } from '../../src/reports/parse-report.ts';
import { recogniseReport } from '../../src/reports/recognise-report.ts';
import { CONTESTED } from './contested.ts';
import type { Case, Label } from './corpus.ts';

/** What came of one mail. */
export interface Outcome {
  readonly path: string;
  readonly set: string;
  readonly wanted: Label;
  readonly found: Label;
  /** Why the details of a recognised report could not be read. */
  readonly fault: string | undefined;
}

/** The figures of one kind. */
export interface Score {
  readonly label: Label;
  readonly wanted: number;
  readonly found: number;
  readonly right: number;
  readonly recall: number;
  readonly precision: number;
}

/** The least that a kind may reach. */
export const MIN_RECALL = 0.98;
export const MIN_PRECISION = 0.99;

/** Recognises and parses one mail; contested labels are replaced by our reading. */
export async function judge({ set, path, label, content }: Case): Promise<Outcome> {
  const { header, body } = splitHeaderSection([content]);
  const kind = recogniseReport(header, body);
  const wanted = CONTESTED.get(path)?.label ?? label;
  if (kind === undefined) return { set, path, wanted, found: 'none', fault: undefined };
  const report = await parseReport(kind, [content]);
  const fault = 'fault' in report ? report.fault : undefined;
  const found = kind === 'unstandard' ? ('class' in report ? report.class : 'bounce') : kind;
  return { set, path, wanted, found, fault };
}

/** Recall and precision of each kind that occurs, `none` left out. */
export function scoreOf(outcomes: readonly Outcome[]): Score[] {
  const labels = [...new Set(outcomes.flatMap(({ wanted, found }) => [wanted, found]))].filter((l) => l !== 'none');
  return labels.sort().map((label) => {
    const wanted = outcomes.filter((outcome) => outcome.wanted === label).length;
    const found = outcomes.filter((outcome) => outcome.found === label).length;
    const right = outcomes.filter((outcome) => outcome.wanted === label && outcome.found === label).length;
    return { label, wanted, found, right, recall: share(right, wanted), precision: share(right, found) };
  });
}

function share(part: number, whole: number): number {
  return whole === 0 ? 1 : part / whole;
}
