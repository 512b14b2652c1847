// Files that exist only in memory, for what reads through an injected `readFile`.

/** A file's text or bytes, or the error code with which reading it fails. */
export type MemoryFile = string | Uint8Array | { readonly errno: string };

/** A `readFile` that knows these files and fails with ENOENT for any other. */
export function memoryFiles(files: Readonly<{ [path: string]: MemoryFile }>): (path: string) => Uint8Array {
  return (path) => {
    const file = files[path] ?? { errno: 'ENOENT' };
    if (typeof file === 'string') return new TextEncoder().encode(file);
    if (file instanceof Uint8Array) return file;
    throw Object.assign(new Error(`${file.errno}: injected, open '${path}'`), { code: file.errno });
  };
}
