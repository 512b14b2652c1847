// Holds answers of a door to the OpenAPI document: status, code, headers and body have to be described.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Ajv2020, type ValidateFunction } from 'ajv/dist/2020.js';
import type { ApiDocument, ApiResponse } from '../../src/http/api/api-document.ts';
import { createDocument } from '../../src/http/api/create-document.ts';
import { ALL_ROUTES } from '../../src/http/api/operations.ts';
import type { HttpDoor } from '../../src/http/http-door.ts';
import { createRecordingDoor, send, type TestRequest } from './http-door.ts';

/** The document of no door in particular. */
export const apiDocument: ApiDocument = await createDocument(ALL_ROUTES, 'perhaps');

const ajv = new Ajv2020({ strict: false, allErrors: true, validateFormats: false });
ajv.addSchema({ $id: 'api', components: apiDocument.components });
const validators = new Map<string, ValidateFunction>();

/** Says where a value departs from a schema of the document; empty when it does not. */
export function findContractFaults(schema: unknown, value: unknown): string[] {
  const text = JSON.stringify(schema).replaceAll('"#/components', '"api#/components');
  const validate = validators.get(text) ?? ajv.compile(JSON.parse(text));
  validators.set(text, validate);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(({ instancePath, message }) => `${instancePath || '/'} ${message}`);
}

/** What was answered to a request. */
export interface Answered {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly response: Response;
}

/** Throws when the document does not know the answer; gives back its body. */
export async function assertDescribed({ method, path, response }: Answered): Promise<string> {
  const known = path.startsWith('/problems/') ? '/problems/{code}' : path;
  const operation = apiDocument.paths[known]?.[method.toLowerCase()];
  assert.ok(operation, `${method} ${path} is not described`);
  const described: ApiResponse | undefined = operation.responses[response.status];
  assert.ok(described, `${method} ${path}: ${response.status} is not described`);
  const text = await response.text();
  for (const [name, { required }] of Object.entries(described.headers ?? {})) {
    assert.ok(required !== true || response.headers.has(name), `${method} ${path} ${response.status}: no ${name}`);
  }
  const type = response.headers.get('content-type')?.toLowerCase();
  if (type === undefined) {
    assert.deepEqual([described.content, text], [undefined, '']);
    return text;
  }
  const schema = described.content?.[type]?.schema;
  assert.ok(schema, `${method} ${path} ${response.status}: ${type} is not described`);
  if (type === 'application/x-ndjson') {
    for (const line of text.trimEnd().split('\n')) {
      const faults = findContractFaults('contentSchema' in schema ? schema.contentSchema : schema, JSON.parse(line));
      assert.deepEqual(faults, [], line);
    }
  } else assert.deepEqual(findContractFaults(schema, type.includes('json') ? JSON.parse(text) : text), [], text);
  return text;
}

/** A request to a door, and what it is answered with. */
export interface ContractCase extends TestRequest {
  readonly path: string;
  readonly status: number;
  /** The problem's code. */
  readonly code?: string;
  readonly door?: Parameters<typeof createRecordingDoor>[0];
}

/** Tests that the door answers each request so, and that the document knows the answer. */
export function testContract(cases: readonly ContractCase[]): void {
  const metrics = () => Promise.resolve('mailchute_up 1\n');
  for (const { path, status, code, door: settings, ...request } of cases) {
    const method = request.method ?? 'GET';
    test(`The answer ${status} ${code ?? ''} of ${method} ${path} is as the document says`, async () => {
      const { door } = createRecordingDoor({ metrics, ...settings } as Partial<HttpDoor>);
      const response = await send(door, path, request);
      assert.equal(response.status, status);
      const text = await assertDescribed({ method, path: path.replace(/\?.*/, ''), response });
      if (code !== undefined) assert.equal(JSON.parse(text).code, code);
    });
  }
}
