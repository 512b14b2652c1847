// GET /openapi.json and GET /docs: what the door takes, generated at the first request for it.

import type { Context } from 'hono';
import type { AccessRules, DoorEnv } from '../http-door.ts';
import type { Route } from './operations.ts';

/** What the two operations tell about. */
export interface DescribedDoor {
  readonly access: AccessRules;
  /** The routes of the application, read at the first request. */
  readonly routes: () => readonly Route[];
}

/** The two operations. */
export interface ApiOperations {
  readonly document: (c: Context<DoorEnv>) => Promise<Response>;
  readonly page: (c: Context<DoorEnv>) => Promise<Response>;
}

// Browsers may keep it, but ask each time: another release has another page.
const CACHE = { 'cache-control': 'no-cache', 'x-content-type-options': 'nosniff' };

/** Creates the operations. */
export function describeApi(door: DescribedDoor): ApiOperations {
  let texts: Promise<ApiTexts> | undefined;
  const read = () => texts ??= generate(door);
  return {
    document: async (c) => c.body((await read()).document, 200, { 'content-type': 'application/json', ...CACHE }),
    page: async (c) => {
      const { page, policy } = await read();
      return c.html(page, 200, { 'content-security-policy': policy, 'referrer-policy': 'no-referrer', ...CACHE });
    },
  };
}

interface ApiTexts {
  readonly document: string;
  readonly page: string;
  readonly policy: string;
}

/** Loads the generator now and not at the start, which most gateways need it after, if ever. */
async function generate({ access: { credentials }, routes }: DescribedDoor): Promise<ApiTexts> {
  const [{ createDocument }, { toDocsPage, PAGE_POLICY }] = await Promise.all([
    import('./create-document.ts'),
    import('./docs-page.ts'),
  ]);
  const login = {
    tokens: credentials?.nameOfToken !== undefined,
    users: credentials?.authenticator !== undefined,
  };
  // The router has middleware and refusals, too, for all methods.
  const document = await createDocument(routes().filter(({ method }) => method !== 'ALL'), login);
  return { document: JSON.stringify(document), page: toDocsPage(document), policy: PAGE_POLICY };
}
