// Says why a file cannot be read, and what to do about it.

const REASONS: Readonly<{ [code: string]: readonly [reason: string, advice: string] }> = {
  ENOENT: ['no such file', 'check the path'],
  ENOTDIR: ['a part of the path is not a directory', 'check the path'],
  EISDIR: ['it is a directory', 'name the file in it'],
  EACCES: ['permission denied', 'let the user that runs mailchute read it'],
  EPERM: ['operation not permitted', 'let the user that runs mailchute read it'],
  ELOOP: ['too many symbolic links', 'check the path'],
};

/** The system's error code, such as ENOENT; undefined when the error has none. */
export function errorCode(error: unknown): string | undefined {
  return error instanceof Error && 'code' in error && typeof error.code === 'string' ? error.code : undefined;
}

/** A clause for a fault: `cannot be read: no such file (ENOENT), check the path`. */
export function toUnreadable(error: unknown): string {
  const code = errorCode(error);
  const known = code === undefined ? undefined : REASONS[code];
  if (known === undefined) return `cannot be read: ${error instanceof Error ? error.message : String(error)}`;
  const [reason, advice] = known;
  return `cannot be read: ${reason} (${code}), ${advice}`;
}
