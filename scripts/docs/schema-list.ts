// A JSON Schema as a list of its properties, for the generated pages.

import type { JsonSchema } from '@valibot/to-json-schema';

const MARKUP = /[*<>_]/g;
const INDENT = '  ';

/** How a list is written. */
export interface ListStyle {
  /** Said of a property that is not optional. */
  readonly required: string;
  readonly indent?: string;
}

/** One item for each property, those of objects below theirs. */
export function toPropertyList(schema: JsonSchema, style: ListStyle): string {
  const { indent = '' } = style;
  const required = new Set(schema.required ?? []);
  const items = Object.entries(schema.properties ?? {}).map(([name, property]) => {
    if (typeof property === 'boolean') return `${indent}- \`${name}\`\n`;
    const about = [toType(property), ...(required.has(name) ? [style.required] : [])].join(', ');
    const meaning = property.description === undefined ? '' : `: ${toProse(property.description)}`;
    return `${indent}- \`${name}\` (${about})${meaning}\n${
      toSchemaList(property, { ...style, indent: `${indent}${INDENT}` })
    }`;
  });
  return items.join('');
}

/** The forms of a schema that has several, else the properties of it or of an array's elements. */
export function toSchemaList(property: JsonSchema, style: ListStyle): string {
  const { indent = '' } = style;
  const { items } = property;
  const schema = typeof items === 'object' && !Array.isArray(items) ? items : property;
  const forms = schema.anyOf?.filter((form) => typeof form === 'object');
  if (forms?.some(({ properties }) => hasSome(properties)) !== true) return toPropertyList(schema, style);
  return forms.map((form) =>
    `${indent}- ${toFormName(form)}\n${toPropertyList(form, { ...style, indent: `${indent}${INDENT}` })}`
  ).join('');
}

function hasSome(properties: JsonSchema['properties']): boolean {
  return Object.keys(properties ?? {}).length > 0;
}

function toFormName(form: JsonSchema): string {
  const { properties = {}, required = [], description } = form;
  if (!hasSome(properties)) return toType(form);
  return description === undefined
    ? `with \`${required[0] ?? Object.keys(properties)[0]}\`:`
    : `${toProse(description)}:`;
}

/** The type in a few words. */
export function toType(schema: JsonSchema): string {
  const { $ref, anyOf, oneOf, allOf, items } = schema;
  if ($ref !== undefined) return toLink($ref);
  const choices = (anyOf ?? oneOf)?.filter((choice) => typeof choice === 'object');
  if (choices !== undefined && schema.properties === undefined) return [...new Set(choices.map(toType))].join(' or ');
  const [whole] = allOf ?? [];
  if (typeof whole === 'object') return toType(whole);
  if (typeof items === 'object' && !Array.isArray(items)) return `array of ${toType(items)}`;
  if ('const' in schema) return `\`${JSON.stringify(schema.const)}\``;
  if (schema.enum !== undefined) return schema.enum.map((value) => `\`${String(value)}\``).join(', ');
  if ('contentMediaType' in schema) return 'bytes';
  return schema.type === undefined ? 'any value' : String(schema.type);
}

function toLink(ref: string): string {
  const name = ref.slice(ref.lastIndexOf('/') + 1);
  return `[${name}](#${name.toLowerCase()})`;
}

/** A sentence of the source, in which nothing but code is markup. */
export function toProse(text: string): string {
  return text.split(/(`[^`]*`)/).map((part) => part.startsWith('`') ? part : part.replace(MARKUP, '\\$&')).join('');
}
