// User name patterns of users://, with the wildcards of fnmatch(3).

type Part =
  | { readonly kind: 'any-run' }
  | { readonly kind: 'any-one' }
  | { readonly kind: 'set'; readonly has: (letter: string) => boolean }
  | { readonly kind: 'letter'; readonly letter: string };

/** Whether the whole name matches; `*`, `?`, `[a-z]`, `[!a-z]` and `\` as in fnmatch(3). Takes pattern times name steps. */
export function matchesNamePattern(name: string, pattern: string): boolean {
  const parts = parsePattern(pattern);
  const letters = [...name];
  // Which prefixes of the pattern match what has been read: no backtracking, whatever the pattern.
  let reached = spread(new Set([0]), parts);
  for (const letter of letters) {
    const next = new Set<number>();
    for (const at of reached) {
      const part = parts[at];
      if (part === undefined) continue;
      if (part.kind === 'any-run') next.add(at);
      else if (fits(part, letter)) next.add(at + 1);
    }
    reached = spread(next, parts);
  }
  return reached.has(parts.length);
}

/** A run may match nothing: where it begins, what follows may begin, too. */
function spread(places: Set<number>, parts: readonly Part[]): Set<number> {
  for (const at of places) if (parts[at]?.kind === 'any-run') places.add(at + 1);
  return places;
}

function fits(part: Part, letter: string): boolean {
  if (part.kind === 'set') return part.has(letter);
  return part.kind === 'any-one' || (part.kind === 'letter' && part.letter === letter);
}

function parsePattern(pattern: string): Part[] {
  const tokens = pattern.match(/\\.|\[!?\]?[^\]]*\]|./gsu) ?? [];
  return tokens.map((token): Part => {
    if (token === '*') return { kind: 'any-run' };
    if (token === '?') return { kind: 'any-one' };
    if (token.startsWith('[') && token.length > 2) return { kind: 'set', has: parseSet(token.slice(1, -1)) };
    return { kind: 'letter', letter: token.length > 1 ? token.slice(1) : token };
  });
}

function parseSet(text: string): (letter: string) => boolean {
  const negated = text.startsWith('!');
  const ranges = (negated ? text.slice(1) : text).match(/.-.|./gsu) ?? [];
  return (letter) => {
    const found = ranges.some((range) => {
      const [from = '', , to = from] = [...range];
      return from <= letter && letter <= to;
    });
    return found !== negated;
  };
}
