// One setting as one source gave it, before anybody knows whether its name or its value is any good.

/** A name and its text, with the place where they stand. */
export interface Entry {
  readonly name: string;
  /** Without blanks around it; empty means unset. */
  readonly value: string;
  /** The flag came without a value (`--rabbitmq-declare`). */
  readonly bare?: true;
  /** The place alone: `config.txt:12`, `environment MAILCHUTE_SMTP_PORT`, `command line --smtp-port`. */
  readonly origin: string;
  /** The place and, where it does not say it, the name: what a fault line starts with. */
  readonly where: string;
}

/** All settings of one source, in their order. */
export type Source = readonly Entry[];
