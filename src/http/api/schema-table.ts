// A JSON Schema of the API's description as a table of its properties.

import type { JsonSchema } from '@valibot/to-json-schema';
import { type Markup, markup, prose } from './markup.ts';
import { toTable } from './table.ts';

/** The properties by name, type and meaning; a line of text for a schema without properties. */
export function toSchemaTable(schema: JsonSchema): Markup {
  const { properties, required = [], description } = schema;
  const words = description === undefined ? [] : [markup`<p>${prose(description)}</p>`];
  if (properties === undefined) return markup`${words}<p>${toType(schema)}</p>`;
  const rows = Object.entries(properties).map(([name, property]) => [
    markup`<code>${name}</code>${required.includes(name) ? markup` <span class="soft">required</span>` : ''}`,
    toType(property),
    toMeaning(property),
  ]);
  return markup`${words}${toTable(['Property', 'Type', 'Meaning'], rows)}`;
}

function toMeaning(property: JsonSchema | boolean): Markup {
  return typeof property === 'object' && property.description !== undefined ? prose(property.description) : markup``;
}

/** The type in a few words, with links to the schemas that it names. */
export function toType(schema: JsonSchema | boolean): Markup {
  if (typeof schema === 'boolean') return markup`any value`;
  const { $ref, anyOf, oneOf, allOf, items } = schema;
  if ($ref !== undefined) return toLink($ref);
  const choices = anyOf ?? oneOf;
  if (choices !== undefined && schema.properties === undefined) return join(choices.map(toType), ' or ');
  if (allOf?.[0] !== undefined) return toType(allOf[0]);
  if (typeof items === 'object' && !Array.isArray(items)) return markup`array of ${toType(items)}`;
  if ('const' in schema) return markup`<code>${JSON.stringify(schema.const)}</code>`;
  if (schema.enum !== undefined) return join(schema.enum.map((value) => markup`<code>${String(value)}</code>`), ', ');
  if ('contentMediaType' in schema) return markup`bytes (${String(schema.contentMediaType)})`;
  return markup`${schema.type === undefined ? 'any value' : String(schema.type)}`;
}

function toLink(ref: string): Markup {
  const name = ref.slice(ref.lastIndexOf('/') + 1);
  return markup`<a href="#schema-${name}">${name}</a>`;
}

function join(parts: readonly Markup[], separator: string): Markup {
  return markup`${parts.map((part, index) => index === 0 ? part : markup`${separator}${part}`)}`;
}
