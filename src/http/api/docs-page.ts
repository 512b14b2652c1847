// GET /docs as HTML: the OpenAPI document for people, without scripts and without anything from elsewhere.

import { createHash } from 'node:crypto';
import type { JsonSchema } from '@valibot/to-json-schema';
import { type ProblemCode, PROBLEMS } from '../problem.ts';
import type { ApiDocument, ApiResponse, CodeSample, Content, Operation, Parameter } from './api-document.ts';
import { Markup, markup, prose } from './markup.ts';
import { PAGE_STYLE } from './page-style.ts';
import { toSchemaTable, toType } from './schema-table.ts';
import { toTable } from './table.ts';

/** What a browser may do with the page: show it in its own style, and nothing else. */
export const PAGE_POLICY = [
  "default-src 'none'",
  `style-src 'sha256-${createHash('sha256').update(PAGE_STYLE).digest('base64')}'`,
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

interface Place {
  readonly method: string;
  readonly path: string;
  readonly operation: Operation;
}

/** Renders the page. */
export function toDocsPage(document: ApiDocument): string {
  const { info, tags, components } = document;
  const all = Object.entries(document.paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([method, operation]) => ({ method: method.toUpperCase(), path, operation }))
  );
  const groups = tags.map(({ name, description }) => ({
    description,
    places: all.filter(({ operation }) => operation.tags.includes(name)),
  }));
  const schemas = Object.entries(components.schemas).map(([name, schema]) =>
    markup`<h3 id="schema-${name}">${name}</h3>\n${toSchemaTable(schema)}`
  );
  const contents = groups.map(({ places, description }) => toContents(places, description));
  const sections = groups.flatMap(({ places }) => places.map((place) => toSection(place, document)));
  return markup`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${info.title}: HTTP API</title>
<style>${new Markup(PAGE_STYLE)}</style>
</head>
<body>
<a class="skip" href="#content">Skip the contents</a>
<header>
<h1>${info.title}: HTTP API</h1>
<p>${prose(info.description)}</p>
<p>The same as <a href="/openapi.json">OpenAPI 3.1</a>. ${toLoginText(document)}</p>
</header>
<nav aria-label="Contents">
${contents}<p><a href="#problems">Problems</a> · <a href="#schemas">Schemas</a></p>
</nav>
<main id="content">
${sections}<section>
<h2 id="problems">Problems</h2>
${toTable(['Code', 'Status', 'What it means, and what to do'], Object.entries(PROBLEMS).map(toProblemRow))}</section>
<section>
<h2 id="schemas">Schemas</h2>
${schemas}</section>
</main>
</body>
</html>
`.text;
}

function toLoginText({ components: { securitySchemes }, security = [] }: ApiDocument): Markup {
  const names = Object.keys(securitySchemes);
  if (names.length === 0) return markup`This gateway asks for no credentials.`;
  const words = { token: 'a token (`Authorization: Bearer`)', login: 'a user (HTTP Basic)' };
  const known = names.map((name) => name === 'token' ? words.token : words.login).join(' or ');
  const isOptional = security.some((need) => Object.keys(need).length === 0);
  return prose(isOptional ? `Where credentials are configured it takes ${known}.` : `Send ${known} with each message.`);
}

function toContents(places: readonly Place[], title: string): Markup {
  const items = places.map(({ method, path, operation: { operationId, summary } }) =>
    markup`<li><a href="#${operationId}"><span class="method">${method}</span><code>${path}</code></a> ${summary}</li>\n`
  );
  return markup`<h2>${title}</h2>\n<ul>\n${items}</ul>\n`;
}

function toSection({ method, path, operation }: Place, document: ApiDocument): Markup {
  const { parameters = [], requestBody, responses, 'x-codeSamples': samples = [] } = operation;
  const isOpen = operation.security?.length === 0 && Object.keys(document.components.securitySchemes).length > 0;
  return markup`<section>
<h2 id="${operation.operationId}"><span class="method">${method}</span> <code>${path}</code></h2>
<p><strong>${operation.summary}.</strong> ${prose(operation.description)}</p>
${isOpen ? markup`<p class="soft">Needs no credentials.</p>\n` : ''}${
    parameters.length === 0 ? '' : toParameterTable(parameters)
  }${requestBody === undefined ? '' : toBodyTable(requestBody.content)}<h3>Answers</h3>
${toTable(['Status', 'Meaning', 'Headers'], Object.entries(responses).map(toResponseRow))}${
    samples.map(toSample)
  }</section>
`;
}

function toParameterTable(parameters: readonly Parameter[]): Markup {
  const rows = parameters.map(({ name, in: place, description, required = false }) => [
    markup`<code>${name}</code>`,
    markup`${place}${required ? ', required' : ''}`,
    prose(description),
  ]);
  return markup`<h3>Parameters</h3>\n${toTable(['Name', 'Where', 'Meaning'], rows)}`;
}

function toBodyTable(content: Content): Markup {
  const rows = Object.entries(content).map(([type, { schema }]) => [
    markup`<code>${type}</code>`,
    toContentType(schema),
  ]);
  return markup`<h3>Body</h3>\n${toTable(['Content-Type', 'What it is'], rows)}`;
}

function toContentType(schema: JsonSchema): Markup {
  return 'contentSchema' in schema ? markup`lines, each ${toType(schema.contentSchema as JsonSchema)}` : toType(schema);
}

function toResponseRow([status, { description, headers = {}, content = {} }]: [string, ApiResponse]): Markup[] {
  const types = Object.entries(content).filter(([type]) => type !== 'application/problem+json');
  return [
    markup`${status}`,
    markup`${linkCodes(description)}${
      types.map(([type, { schema }]) => markup`<br><code>${type}</code>: ${toContentType(schema)}`)
    }`,
    markup`${Object.keys(headers).map((name, index) => markup`${index === 0 ? '' : ', '}<code>${name}</code>`)}`,
  ];
}

/** The codes in a description lead to their lines of the table. */
function linkCodes(description: string): Markup {
  const parts = description.split('`').map((part, index) => {
    if (index % 2 === 0) return markup`${part}`;
    return Object.hasOwn(PROBLEMS, part)
      ? markup`<a href="#problem-${part}"><code>${part}</code></a>`
      : markup`<code>${part}</code>`;
  });
  return markup`${parts}`;
}

function toProblemRow([code, { status, title, advice }]: [string, (typeof PROBLEMS)[ProblemCode]]): Markup[] {
  return [markup`<code id="problem-${code}">${code}</code>`, markup`${status}`, markup`${title}. ${advice}`];
}

function toSample({ label, source, status, answer }: CodeSample): Markup {
  return markup`<h3>${label}</h3>
<pre><code>${source}</code></pre>
<pre class="answer"><code>${status}${answer === undefined ? '' : markup`\n${answer}`}</code></pre>
`;
}
