// Why a recognised report could not be read; becomes the `fault` of the report in the record.

/** Thrown by the parsers of reports; the message is fit for the record. */
export class ReportFault extends Error {
  override readonly name = 'ReportFault';
}
