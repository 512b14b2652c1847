// HTML by template literals, in which every value is escaped unless it is HTML already.

/** A piece of HTML. */
export class Markup {
  readonly text: string;

  constructor(text: string) {
    this.text = text;
  }
}

/** What may stand in a template; lists are joined. */
export type MarkupValue = string | number | Markup | readonly MarkupValue[];

/** Makes HTML of a template (named so that no formatter takes the blanks in it for its own). */
export function markup(strings: TemplateStringsArray, ...values: readonly MarkupValue[]): Markup {
  return new Markup(String.raw({ raw: strings }, ...values.map(toText)));
}

function toText(value: MarkupValue): string {
  if (value instanceof Markup) return value.text;
  if (typeof value === 'object') return value.map(toText).join('');
  return String(value).replace(/[&<>"']/g, (character) => `&#${character.charCodeAt(0)};`);
}

/** Text in which backticks mark code. */
export function prose(text: string): Markup {
  const parts = text.split('`').map((part, index) => index % 2 === 0 ? markup`${part}` : markup`<code>${part}</code>`);
  return markup`${parts}`;
}
