// The report step: tells bounces, complaints and other reports from mail, and reads them for whoever handles reports.

import { recogniseReport } from '../reports/recognise-report.ts';
import type { Draft, PipelineSettings } from './draft.ts';
import { isLocal } from './route.ts';

/** Notes the report on the draft, when the message is one and is examined at all (smtp-reports). */
export async function examineReport(draft: Draft, settings: PipelineSettings): Promise<void> {
  if (!isExamined(draft, settings)) return;
  const { header, body, mailFrom } = draft;
  const kind = recogniseReport(header, body, { mailFrom });
  if (kind === undefined) return;
  // Loaded with the first report: the readers of so many forms would make a quarter of every start.
  const { parseReport } = await import('../reports/parse-report.ts');
  draft.report = await parseReport(kind, [header, ...body], { mailFrom });
}

/** MailerQ 4.0 and later: only with a queue for reports, and only what goes to a local address; 3.0: everything. */
function isExamined({ recipients }: Draft, settings: PipelineSettings): boolean {
  if (settings.reports === undefined) return false;
  return settings.reportsFrom === 'all' || recipients.some((recipient) => isLocal(recipient, settings));
}
