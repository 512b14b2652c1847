// What is wrong or worth knowing about a configuration: one place and one sentence, printed as one line.

/** A fault or a warning. */
export interface Fault {
  /** Where: `config.txt:12: smtp-port`, `environment MAILCHUTE_SMTP_PORT`, `command line --smtp-port`. */
  readonly where: string;
  /** What, as a clause. Passwords in it are masked. */
  readonly text: string;
}

/** The one line that is shown to people; whatever would break it or drive the terminal is escaped. */
export function toFaultLine({ where, text }: Fault): string {
  return `${where}: ${text}`.replaceAll(/[\x00-\x1f\x7f-\x9f\u2028\u2029]/g, toEscape);
}

function toEscape(character: string): string {
  return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
}
