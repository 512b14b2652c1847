// Keeps what peers choose from breaking a line of a log or driving the terminal that shows it.

// Control characters beyond ASCII (C1, which terminals obey), marks that turn the direction of text, line and paragraph
// separators, and everything else that shows nothing. JSON itself escapes what is below U+0020 and lone surrogates.
const UNPRINTABLE = /[\x7f-\x9f\p{Cf}\p{Zl}\p{Zp}]/gu;

/** Escapes, in text that is JSON already, what JSON lets stand inside of strings and a reader would not see as it is. */
export function escapeUnprintable(json: string): string {
  return json.replace(UNPRINTABLE, (character) => {
    const units = Array.from({ length: character.length }, (_, index) => character.charCodeAt(index));
    return units.map((unit) => `\\u${unit.toString(16).padStart(4, '0')}`).join('');
  });
}

/** The JSON of a value, on one line and in printable characters only. */
export function toPrintableJson(value: unknown): string {
  return escapeUnprintable(JSON.stringify(value));
}
