// What RFC 5891 and 5892 ask of a label beyond ASCII that the platform, whose conversion is made for URLs, lets pass.

// RFC 5891 section 4.2.3.1: what a U-label must not look like, whatever it converts to.
const MISPLACED_HYPHEN = /^-|^..--|-$/u;
// RFC 5892 section 2.6: letters and marks by their category, but disallowed.
const DISALLOWED = /[\u0640\u07fa\u302e\u302f\u3031-\u3035\u303b]/;
const JOINING = '[\\p{Script=Arabic}\\p{Script=Syriac}\\p{Script=Mandaic}\\p{Script=Nko}\\p{Script=Mongolian}]';
// Canonical combining class 9, as far as scripts in use have it; regular expressions have no property for it.
const VIRAMA = '[\\u094d\\u09cd\\u0a4d\\u0acd\\u0b4d\\u0bcd\\u0c4d\\u0ccd\\u0d3b\\u0d3c\\u0d4d\\u0dca\\u0e3a\\u0eba' +
  '\\u0f84\\u1039\\u103a\\u1714\\u1734\\u17d2\\u1a60\\u1b44\\u1baa\\u1bab\\u1bf2\\u1bf3\\ua806\\ua8c4\\ua953\\ua9c0\\uabed]';
// RFC 5892 appendix A: characters that are valid beside certain others only.
const OUT_OF_CONTEXT: readonly RegExp[] = [
  // A.1, A.2: the platform looks at the first joiner, and closely; the others must at least be in such a place.
  new RegExp(`(?<!${VIRAMA})(?<!${JOINING}\\p{M}*)\\u200c|\\u200c(?<!${VIRAMA}\\u200c)(?!\\p{M}*${JOINING})`, 'u'),
  new RegExp(`(?<!${VIRAMA})\\u200d`, 'u'),
  /(?<!l)\u00b7|\u00b7(?!l)/i, // A.3
  /\u0375(?!\p{Script=Greek})/u, // A.4
  /(?<!\p{Script=Hebrew})[\u05f3\u05f4]/u, // A.5, A.6
  /^(?=.*\u30fb)[^\p{Script=Hiragana}\p{Script=Katakana}\p{Script=Han}]*$/u, // A.7
  /^(?=.*[\u0660-\u0669]).*[\u06f0-\u06f9]/, // A.8, A.9
];

/** Whether nothing in the label forbids it to be a U-label; the platform's conversion has to judge it as well. */
export function mayBeULabel(label: string): boolean {
  return !MISPLACED_HYPHEN.test(label) && !DISALLOWED.test(label) &&
    OUT_OF_CONTEXT.every((pattern) => !pattern.test(label));
}
