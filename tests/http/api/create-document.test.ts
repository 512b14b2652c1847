// The OpenAPI document as a whole: it is one, it is complete in itself, and it asks for what the door asks for.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Validator } from '@seriousme/openapi-schema-validator';
import { createDocument } from '../../../src/http/api/create-document.ts';
import { ALL_ROUTES } from '../../../src/http/api/operations.ts';
import { apiDocument } from '../../support/api-contract.ts';

test('The document is valid OpenAPI 3.1', async () => {
  const { valid, errors } = await new Validator().validate(JSON.parse(JSON.stringify(apiDocument)));
  assert.equal(valid, true, JSON.stringify(errors));
  assert.equal(apiDocument.openapi, '3.1.0');
});

test('A reference leads to something', () => {
  const refs = [...JSON.stringify(apiDocument).matchAll(/"\$ref":"#\/components\/(\w+)\/([\w-]+)"/g)];
  assert.ok(refs.length > 50);
  const components: { readonly [kind: string]: { readonly [name: string]: unknown } } = apiDocument.components;
  for (const [ref, kind = '', name = ''] of refs) assert.ok(components[kind]?.[name], ref);
});

const logins = [
  { login: 'perhaps', security: [{}, { token: [] }, { login: [] }], schemes: ['token', 'login'] },
  { login: { tokens: false, users: false }, security: [], schemes: [] },
  { login: { tokens: true, users: false }, security: [{ token: [] }], schemes: ['token'] },
  { login: { tokens: true, users: true }, security: [{ token: [] }, { login: [] }], schemes: ['token', 'login'] },
] as const;
for (const { login, security, schemes } of logins) {
  test(`The document asks for ${schemes.join(' or ') || 'nothing'} where the door does: ${JSON.stringify(login)}`, async () => {
    const document = await createDocument(ALL_ROUTES, login);
    assert.deepEqual(document.security, security);
    assert.deepEqual(Object.keys(document.components.securitySchemes), schemes);
  });
}

test('A route without a description is a fault of the program', async () => {
  await assert.rejects(createDocument([{ method: 'GET', path: '/new' }], 'perhaps'), /no description of GET \/new/);
});
