// The bounds within which a recognised report is parsed; whatever is beyond them is left out and said to be.

/** Bounds of one parse. */
export interface ReportLimits {
  /** Bytes of the body that are walked for parts. */
  readonly maxBodyBytes: number;
  /** Bytes of one human or status part that are decoded. */
  readonly maxTextBytes: number;
  /** Bytes of an attached report before and after decompression. */
  readonly maxAttachmentBytes: number;
  readonly maxInflatedBytes: number;
  readonly maxParts: number;
  readonly maxDepth: number;
  /** Rows of a DMARC report, recipients of a delivery report, failures of a TLS report. */
  readonly maxRows: number;
  /** Milliseconds after which a parse gives up. */
  readonly maxMs: number;
}

/** What the gateway uses; the largest real reports stay well inside. */
export const DEFAULT_REPORT_LIMITS: ReportLimits = {
  maxBodyBytes: 16 * 1024 * 1024,
  maxTextBytes: 256 * 1024,
  maxAttachmentBytes: 8 * 1024 * 1024,
  maxInflatedBytes: 16 * 1024 * 1024,
  maxParts: 64,
  maxDepth: 8,
  maxRows: 1000,
  maxMs: 5000,
};
