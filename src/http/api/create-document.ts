// Generates the OpenAPI document of the HTTP door from its routes and schemas.

import { Hono } from 'hono';
import { describeRoute, type DescribeRouteOptions, generateSpecs } from 'hono-openapi';
import type { ApiDocument, SecurityNeed } from './api-document.ts';
import { EXAMPLE_ORIGIN } from './example.ts';
import { OPERATIONS, type Route } from './operations.ts';
import { toProblemExamples } from './responses.ts';
import { toSchemaComponents } from './schema-components.ts';

/** What a door asks its clients for; `perhaps` is for a description of no door in particular. */
export type Login = 'perhaps' | { readonly tokens: boolean; readonly users: boolean };

const SCHEMES = {
  token: { type: 'http', scheme: 'bearer', description: 'A token of `http-tokens`.' },
  login: { type: 'http', scheme: 'basic', description: 'A user of `http-auth`.' },
};

const INFO = {
  title: 'mailchute',
  // Of the API: the program's own is nothing to tell everybody.
  version: '1',
  description: 'Takes mail by HTTP into a durable queue. Errors are problem documents (RFC 9457): decide by `code`, ' +
    'which stays. Every answer has an `X-Request-Id`, by which the log knows the request.',
};

/** Generates the document; throws when a route has no description. */
export async function createDocument(routes: readonly Route[], login: Login): Promise<ApiDocument> {
  // Beside the real application, so that its requests pass through nothing that is only there to describe them.
  const described = new Hono();
  const known = new Set(routes.map(({ method, path }) => `${method} ${path}`));
  for (const key of known) {
    const operation = OPERATIONS.get(key);
    if (operation === undefined) throw new Error(`Cannot describe the API: no description of ${key}`);
    const [method = '', path = ''] = key.split(' ');
    // A copy: the generator takes what it is given for its own.
    described.on(method, path, describeRoute(structuredClone(operation) as DescribeRouteOptions));
  }
  const documentation = {
    openapi: '3.1.0',
    info: INFO,
    servers: [{ url: '/', description: `This gateway; the examples have ${EXAMPLE_ORIGIN}` }],
    tags: [
      { name: 'Messages', description: 'Sending messages' },
      { name: 'Health', description: 'How the gateway is' },
      { name: 'Documentation', description: 'About this API' },
    ],
    security: toSecurity(login),
    components: {
      schemas: toSchemaComponents(),
      examples: toProblemExamples(),
      securitySchemes: toSchemes(login),
    },
  };
  const specs: unknown = await generateSpecs(described, {
    documentation: documentation as object,
    excludeStaticFile: false,
    excludeMethods: [],
  });
  return specs as ApiDocument;
}

function toSecurity(login: Login): SecurityNeed[] {
  if (login === 'perhaps') return [{}, { token: [] }, { login: [] }];
  return [...(login.tokens ? [{ token: [] }] : []), ...(login.users ? [{ login: [] }] : [])];
}

function toSchemes(login: Login): { readonly [name: string]: object } {
  if (login === 'perhaps') return SCHEMES;
  return {
    ...(login.tokens ? { token: SCHEMES.token } : {}),
    ...(login.users ? { login: SCHEMES.login } : {}),
  };
}
