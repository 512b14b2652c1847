// docs/http-api.md has every request of the OpenAPI document with its answers, and every schema with its properties.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import type { ApiDocument } from '../../src/http/api/api-document.ts';
import { ROOT } from '../support/doc-pages.ts';

const page = readFileSync(join(ROOT, 'docs/http-api.md'), 'utf8');
const api = JSON.parse(readFileSync(join(ROOT, 'docs/openapi.json'), 'utf8')) as ApiDocument;

/** The text under a heading. */
function under(heading: string): string {
  const start = page.indexOf(`\n${heading}\n`);
  assert.ok(start >= 0, heading);
  const next = page.slice(start + heading.length).search(/\n##+ /);
  return next < 0 ? page.slice(start) : page.slice(start, start + heading.length + next);
}

test('every request is there, with its parameters, bodies and answers', () => {
  for (const [path, methods] of Object.entries(api.paths)) {
    for (const [method, { parameters = [], requestBody, responses }] of Object.entries(methods)) {
      const section = under(`## ${method.toUpperCase()} ${path}`);
      const words = [
        ...parameters.map(({ name }) => `- \`${name}\` (`),
        ...Object.keys(requestBody?.content ?? {}).map((type) => `- \`${type}\` (`),
        ...Object.keys(responses).map((status) => `- **${status}** `),
      ];
      assert.deepEqual(words.filter((word) => !section.includes(word)), [], `${method} ${path}`);
    }
  }
});

test('every schema is there, with all properties of all its forms', () => {
  for (const [name, schema] of Object.entries(api.components.schemas)) {
    const section = under(`### ${name}`);
    const names: string[] = [];
    JSON.parse(JSON.stringify(schema), (key, value) => {
      if (key === 'properties') names.push(...Object.keys(value));
      return value;
    });
    assert.deepEqual(names.filter((property) => !section.includes(`- \`${property}\` (`)), [], name);
  }
});
