// The command grammar (RFC 5321 section 4.1): verb and argument, and the path and parameters of MAIL and RCPT.

/** One command line. */
export interface Command {
  /** Upper case. */
  readonly verb: string;
  /** What follows the verb, blanks around it removed. */
  readonly argument: string;
}

/** ESMTP parameters by upper-case keyword; a keyword without a value is `true`. */
export type Parameters = ReadonlyMap<string, string | true>;

/** The argument of MAIL or RCPT. */
export type PathArgument =
  | { readonly ok: true; readonly path: string; readonly parameters: Parameters }
  | { readonly ok: false; readonly fault: 'syntax' | 'path' | 'parameter' };

const CONTROL = /[\x00-\x08\x0a-\x1f\x7f]/;
const BEYOND_ASCII = /[^\x00-\x7f]/;
// RFC 5321 section 4.1.2: esmtp-keyword ["=" esmtp-value]; RFC 6531 section 3.3 widens the value.
const PARAMETER = /^([a-z\d][a-z\d-]*)(?:=([^\s=\x7f]+))?$/i;
const MAX_PARAMETERS = 32;

const decoder = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

/** Decodes a command line; undefined when it is not UTF-8 or has control characters. */
export function decodeLine(line: Buffer): string | undefined {
  const ascii = line.toString('latin1');
  if (CONTROL.test(ascii)) return undefined;
  if (!BEYOND_ASCII.test(ascii)) return ascii;
  try {
    return decoder.decode(line);
  } catch {
    return undefined;
  }
}

/** Splits a line at its first blank. */
export function parseCommand(line: string): Command {
  const blank = line.search(/[ \t]/);
  if (blank < 0) return { verb: line.toUpperCase(), argument: '' };
  return { verb: line.slice(0, blank).toUpperCase(), argument: line.slice(blank).trim() };
}

/**
 * Parses `FROM:<path> parameters` or `TO:<path> parameters`. A blank after the colon is tolerated, as every other
 * server does; a path without angle brackets only where `bare` says so.
 */
export function parsePathArgument(
  argument: string,
  { keyword, bare }: { readonly keyword: 'FROM' | 'TO'; readonly bare: boolean },
): PathArgument {
  if (argument.slice(0, keyword.length + 1).toUpperCase() !== `${keyword}:`) return { ok: false, fault: 'syntax' };
  const rest = argument.slice(keyword.length + 1).trimStart();
  const end = rest.startsWith('<') ? endOfPath(rest) : bare ? rest.search(/[ \t]|$/) : -1;
  if (end <= 0) return { ok: false, fault: 'path' }; // nothing at all is not the null sender
  const path = rest.startsWith('<') ? rest.slice(1, end - 1) : rest.slice(0, end);
  const tail = rest.slice(end);
  if (tail !== '' && !/^[ \t]/.test(tail)) return { ok: false, fault: 'path' };
  const parameters = parseParameters(tail.trim());
  return parameters === undefined ? { ok: false, fault: 'parameter' } : { ok: true, path, parameters };
}

/** Offset after the closing bracket; a `>` inside a quoted local part does not close, after a stray quote it does. */
function endOfPath(text: string): number {
  let quoted = false;
  for (let at = 1; at < text.length; at++) {
    const character = text[at];
    if (quoted && character === '\\') at++;
    else if (character === '"') quoted = !quoted;
    else if (character === '>' && !quoted) return at + 1;
  }
  return text.indexOf('>') + 1 || -1;
}

function parseParameters(text: string): Parameters | undefined {
  const parameters = new Map<string, string | true>();
  if (text === '') return parameters;
  for (const word of text.split(/[ \t]+/)) {
    const match = PARAMETER.exec(word);
    const name = match?.[1]?.toUpperCase();
    if (name === undefined || parameters.has(name) || parameters.size === MAX_PARAMETERS) return undefined;
    parameters.set(name, match?.[2] ?? true);
  }
  return parameters;
}
