// Splits a command line into --KEY=VALUE settings, the command's own options, and operands.

import type { Entry, Source } from './entry.ts';
import type { Fault } from './fault.ts';
import { KEYS, KNOWN_NAMES } from './keys.ts';
import { maskPasswords } from './mask-passwords.ts';
import { quote } from './value-type.ts';

/** What a command takes besides --KEY=VALUE. */
export interface CommandSyntax {
  /** Its options without dashes: `--count N` or `--count=N` takes a value, `--ack` is a flag. */
  readonly options?: ReadonlyMap<string, 'value' | 'flag'>;
  /** How many operands it takes at most; none when missing. */
  readonly operands?: number;
}

/** A command line taken apart. */
export interface CommandLine {
  readonly entries: Source;
  /** The last --config-file. */
  readonly configFile: string | undefined;
  /** The command's own options; a flag has the empty string. */
  readonly options: ReadonlyMap<string, string>;
  readonly operands: readonly string[];
  /** Options and operands in their order, without --KEY=VALUE and --config-file. */
  readonly ownArguments: readonly string[];
  readonly faults: readonly Fault[];
}

interface Option {
  readonly name: string;
  /** Behind the equals sign; undefined without one. */
  readonly value: string | undefined;
  readonly where: string;
}

const WHERE = 'command line';
const CONFIG_FILE = 'config-file';

/** Takes the arguments behind the command's name apart. */
export function parseCommandLine(argv: readonly string[], syntax: CommandSyntax = {}): CommandLine {
  const reader = new Reader(argv);
  while (reader.next(syntax));
  const surplus = reader.operands.slice(syntax.operands ?? 0);
  for (const operand of surplus) {
    reader.faults.push({ where: WHERE, text: `unexpected ${quote(maskPasswords(operand))}, settings are --KEY=VALUE` });
  }
  return reader;
}

class Reader implements CommandLine {
  readonly entries: Entry[] = [];
  readonly options = new Map<string, string>();
  readonly operands: string[] = [];
  readonly ownArguments: string[] = [];
  readonly faults: Fault[] = [];
  configFile: string | undefined = undefined;
  readonly #rest: string[];

  constructor(argv: readonly string[]) {
    this.#rest = [...argv];
  }

  /** Takes the next argument, with its value; false at the end. */
  next({ options }: CommandSyntax): boolean {
    const argument = this.#rest.shift();
    if (argument === undefined) return false;
    if (argument === '--') {
      this.ownArguments.push(argument, ...this.#rest);
      this.operands.push(...this.#rest.splice(0));
    } else if (!argument.startsWith('--')) {
      this.ownArguments.push(argument);
      this.operands.push(argument);
    } else {
      const option = toOption(argument);
      const kind = options?.get(option.name);
      if (option.name === CONFIG_FILE) this.configFile = this.#valueOf(option);
      else if (kind === undefined) this.#addEntry(option);
      else this.#addOption(option, kind);
    }
    return true;
  }

  #addEntry({ name, value, where }: Option): void {
    const place = { origin: where, where };
    if (value !== undefined) {
      this.entries.push({ name, value: value.trim(), ...place });
      return;
    }
    this.entries.push({ name, value: '', bare: true, ...place });
    // `--smtp-port 25` is reported as a flag without its value; its value is not a second mistake.
    if (KNOWN_NAMES.has(name) && !mayBeBare(name) && this.#rest[0]?.startsWith('-') === false) this.#rest.shift();
  }

  #addOption(option: Option, kind: 'value' | 'flag'): void {
    if (kind === 'value') {
      const value = this.#valueOf(option);
      this.options.set(option.name, value ?? '');
      this.ownArguments.push(`--${option.name}=${value ?? ''}`);
    } else {
      if (option.value !== undefined) this.faults.push({ where: option.where, text: 'takes no value' });
      this.options.set(option.name, '');
      this.ownArguments.push(`--${option.name}`);
    }
  }

  #valueOf({ value, where }: Option): string | undefined {
    const taken = value ?? this.#rest.shift();
    if (taken === undefined || taken === '') this.faults.push({ where, text: 'needs a value' });
    return taken === '' ? undefined : taken;
  }
}

function toOption(argument: string): Option {
  const equals = argument.indexOf('=');
  const name = equals < 0 ? argument.slice(2) : argument.slice(2, equals);
  return { name, value: equals < 0 ? undefined : argument.slice(equals + 1), where: `${WHERE} --${name}` };
}

function mayBeBare(name: string): boolean {
  const known = KNOWN_NAMES.get(name);
  return known?.kind === 'key' && KEYS[known.name].type.whenBare !== undefined;
}
