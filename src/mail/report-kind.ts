// The kinds of reports that the gateway tells from ordinary mail; the first word of what recognise-report.ts finds.

/**
 * `dsn` RFC 3464 and 6533, `arf` RFC 5965, `mdn` RFC 8098, `dmarc` RFC 9990 (aggregate), `tls-rpt` RFC 8460, `unstandard`
 * a bounce or an automatic reply without a standard form.
 */
export const REPORT_KINDS = ['dsn', 'arf', 'mdn', 'dmarc', 'tls-rpt', 'unstandard'] as const;

/** One of the kinds; the `type` of the report in the record. */
export type ReportKind = (typeof REPORT_KINDS)[number];
