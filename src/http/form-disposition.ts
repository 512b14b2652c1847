// The Content-Disposition of one part of a form (RFC 7578 section 4.2), in the ways in which browsers, curl and libraries write it.

/** What it says. */
export interface FormDisposition {
  readonly name: string;
  /** Left out: the part is not a file. */
  readonly filename?: string;
}

const PARAMETER = /[ \t]*;[ \t]*([!#$%&'*+.^_`|~\w-]+)=(?:"((?:[^"\\]|\\.)*)"|([^\s;"]+))/y;

/** Reads the value; undefined where it is not form-data with one name, or says something twice. */
export function parseFormDisposition(value: string): FormDisposition | undefined {
  const [type = ''] = /^[\w-]*/.exec(value) ?? [];
  if (type.toLowerCase() !== 'form-data') return undefined;
  const parameters = readParameters(value, type.length);
  const name = parameters?.get('name');
  if (parameters === undefined || name === undefined) return undefined;
  const extended = parameters.get('filename*');
  if (extended === undefined) return toDisposition(name, parameters.get('filename'));
  // RFC 7578 forbids it, and some senders write it all the same for names beyond ASCII.
  const filename = decodeExtended(extended);
  return filename === undefined ? undefined : toDisposition(name, filename);
}

function toDisposition(name: string, filename: string | undefined): FormDisposition {
  return filename === undefined ? { name } : { name, filename };
}

function readParameters(value: string, start: number): ReadonlyMap<string, string> | undefined {
  const parameters = new Map<string, string>();
  let end = start;
  while (value.slice(end).trim() !== '') {
    PARAMETER.lastIndex = end;
    const [whole = '', attribute = '', quoted, bare = ''] = PARAMETER.exec(value) ?? [];
    if (whole === '' || parameters.has(attribute.toLowerCase())) return undefined;
    parameters.set(attribute.toLowerCase(), quoted === undefined ? bare : unquote(quoted));
    end += whole.length;
  }
  return parameters;
}

/** Older clients escape a quote by a backslash, browsers (HTML: multipart/form-data encoding) by %22. */
function unquote(quoted: string): string {
  return quoted.replace(/\\(["\\])/g, '$1').replaceAll('%22', '"');
}

/** RFC 8187 section 3.2, UTF-8 only. */
function decodeExtended(value: string): string | undefined {
  const [, encoded] = /^utf-8'[\w-]*'(.*)$/i.exec(value) ?? [];
  try {
    return encoded === undefined ? undefined : decodeURIComponent(encoded);
  } catch {
    return undefined;
  }
}
