// Which description belongs to which route of the HTTP door.

import type { Operation } from './api-document.ts';
import {
  documentOperation,
  liveOperation,
  metricsOperation,
  pageOperation,
  problemOperation,
  readyOperation,
  toOptionsOperation,
} from './look-operations.ts';
import { injectOperation, sendOperation, submitOperation } from './message-operations.ts';

/** By method and path as the router has them. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map([
  ['POST /v1/messages', submitOperation],
  ['OPTIONS /v1/messages', toOptionsOperation('getMessageOptions')],
  ['POST /v1/inject', injectOperation],
  ['OPTIONS /v1/inject', toOptionsOperation('getInjectOptions')],
  ['POST /v1/mail/send', sendOperation],
  ['OPTIONS /v1/mail/send', toOptionsOperation('getSendOptions')],
  ['GET /livez', liveOperation],
  ['GET /readyz', readyOperation],
  ['GET /metrics', metricsOperation],
  ['GET /openapi.json', documentOperation],
  ['GET /docs', pageOperation],
  ['GET /problems/:code', problemOperation],
]);

/** A route of the router. */
export interface Route {
  readonly method: string;
  readonly path: string;
}

/** Every route that has a description. */
export const ALL_ROUTES: readonly Route[] = [...OPERATIONS.keys()].map((key) => {
  const [method = '', path = ''] = key.split(' ');
  return { method, path };
});
