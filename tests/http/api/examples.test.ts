// The examples of the API: their bodies and answers are what the document says, and so is what the door makes of them.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Content } from '../../../src/http/api/api-document.ts';
import { apiDocument, findContractFaults } from '../../support/api-contract.ts';

/** Every example in a body or an answer with the schema that it has to keep to. */
function* listExamples(): Generator<{ name: string; type: string; schema: object; value: unknown; status?: string }> {
  for (const operation of Object.values(apiDocument.paths).flatMap((methods) => Object.values(methods))) {
    yield* ofContent(operation.requestBody?.content ?? {});
    for (const [status, { content = {} }] of Object.entries(operation.responses)) {
      for (const example of ofContent(content)) yield { ...example, status };
    }
  }
}

function* ofContent(content: Content): Generator<{ name: string; type: string; schema: object; value: unknown }> {
  for (const [type, { schema, examples = {} }] of Object.entries(content)) {
    for (const [name, example] of Object.entries(examples)) {
      const found = '$ref' in example ? apiDocument.components.examples[name] : example;
      assert.ok(found !== undefined && 'value' in found, name);
      yield { name, type, schema, value: found.value };
    }
  }
}

const WRONG = new Set(['inject-no-recipient']);

test('Every example of a body and of an answer keeps to its schema', () => {
  let count = 0;
  for (const { name, type, schema, value, status } of listExamples()) {
    count++;
    const lines = type === 'application/x-ndjson';
    const inner = lines && 'contentSchema' in schema ? schema.contentSchema : schema;
    const values = lines ? String(value).trimEnd().split('\n').map((line) => JSON.parse(line)) : [value];
    for (const each of values) {
      const faults = findContractFaults(inner, each);
      if (status === undefined && WRONG.has(name)) assert.notDeepEqual(faults, [], name);
      else assert.deepEqual(faults, [], `${name} ${status}`);
    }
  }
  assert.ok(count > 50);
});
