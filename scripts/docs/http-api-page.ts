// Writes docs/http-api.md from the OpenAPI document of the HTTP door.

import type { ApiDocument, Content, Operation } from '../../src/http/api/api-document.ts';
import { toProse, toSchemaList, toType } from './schema-list.ts';

const INTRODUCTION = `# HTTP reference

Generated from the door's OpenAPI document; run \`npm run docs\`.

Every request and every answer. [HTTP](http.md) explains them, with examples; [openapi.json](openapi.json) is the same for
programs, and a running gateway serves it at \`/openapi.json\`, and as a page at \`/docs\`.
`;

/** The page. */
export function toHttpApiPage({ paths, components }: ApiDocument): string {
  const operations = Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => toSection(`${method.toUpperCase()} ${path}`, operation))
  );
  const schemas = Object.entries(components.schemas).map(([name, schema]) => {
    const words = schema.description === undefined ? '' : `${toProse(schema.description)}\n\n`;
    return `### ${name}\n\n${words}${toSchemaList(schema, { required: 'required' }) || `- ${toType(schema)}\n`}`;
  });
  return [INTRODUCTION, ...operations, '## Schemas\n', schemas.join('\n')].join('\n');
}

function toSection(
  title: string,
  { summary, description, parameters = [], requestBody, responses }: Operation,
): string {
  const parts = [`## ${title}\n`, `${toProse(summary)}. ${toProse(description)}\n`];
  if (parameters.length > 0) {
    const items = parameters.map(({ name, in: place, description: meaning, required }) =>
      `- \`${name}\` (${place}${required === true ? ', required' : ''}): ${toProse(meaning)}\n`
    );
    parts.push(`Parameters:\n\n${items.join('')}`);
  }
  if (requestBody !== undefined) parts.push(`Body:\n\n${toContent(requestBody.content)}`);
  const answers = Object.entries(responses).map(([status, { description: meaning, content = {} }]) => {
    const forms = Object.entries(content).map(([type, { schema }]) => `\`${type}\` ${toType(schema)}`);
    return `- **${status}** ${toProse(meaning)}${forms.length === 0 ? '' : ` (${forms.join('; ')})`}\n`;
  });
  return [...parts, `Answers:\n\n${answers.join('')}`].join('\n');
}

function toContent(content: Content): string {
  return Object.entries(content).map(([type, { schema }]) => {
    const meaning = schema.description === undefined ? '' : `: ${toProse(schema.description)}`;
    return `- \`${type}\` (${toType(schema)})${meaning}\n`;
  }).join('');
}
