// The HTTP door as a Hono application: which request goes to which operation; it does not listen.

import { randomUUID } from 'node:crypto';
import { type Context, Hono, type MiddlewareHandler } from 'hono';
import { refuseAccess, toAccessRequest } from './access.ts';
import { describeApi } from './api/describe-api.ts';
import { authenticate, toAuthenticationRequest } from './authenticate.ts';
import { giveBackRoom } from './body-room.ts';
import type { DoorEnv, HttpDoor } from './http-door.ts';
import { injectMessage } from './inject-message.ts';
import { liveness } from './liveness.ts';
import { guardMetrics, metrics } from './metrics.ts';
import { problemPage } from './problem-page.ts';
import { refuseLength } from './read-body.ts';
import { readiness } from './readiness.ts';
import { answerProblem, refuse } from './refuse.ts';
import { sendMail } from './send-mail.ts';
import { toMediaType } from './request-head.ts';
import { NDJSON } from './submit-lines.ts';
import { ACCEPT_POST, submitMessage } from './submit-message.ts';

const MESSAGES = '/v1/messages';
const INJECT = '/v1/inject';
const SEND = '/v1/mail/send';

/** Creates the door. */
export function createApp(door: HttpDoor): Hono<DoorEnv> {
  const app = new Hono<DoorEnv>();
  app.use(stamp);
  // Health is for load balancers, which come from anywhere; everything after the guard is not.
  app.get('/livez', liveness).all(methodNotAllowed(door, 'GET, HEAD'));
  app.get('/readyz', readiness(door)).all(methodNotAllowed(door, 'GET, HEAD'));
  if (door.metrics !== undefined) {
    app.get('/metrics', guardMetrics(door), metrics(door.metrics)).all(methodNotAllowed(door, 'GET, HEAD'));
  }
  app.use(guard(door));
  // What the door is like is no secret, but nothing for strangers and web pages either.
  const api = describeApi({ access: door.access, routes: () => app.routes });
  app.get('/openapi.json', api.document).all(methodNotAllowed(door, 'GET, HEAD'));
  app.get('/docs', api.page).all(methodNotAllowed(door, 'GET, HEAD'));
  app.get('/problems/:code', (c) => problemPage(c) ?? notFound(c, door));
  app.use(identify(door));
  app.use(giveBackRoom);
  app.post(MESSAGES, submitMessage(door));
  app.options(MESSAGES, (c) => c.body(null, 204, { allow: 'POST, OPTIONS', 'accept-post': ACCEPT_POST }));
  app.all(MESSAGES, methodNotAllowed(door, 'POST, OPTIONS'));
  app.post(INJECT, injectMessage(door));
  app.options(INJECT, (c) => c.body(null, 204, { allow: 'POST, OPTIONS', 'accept-post': 'application/json' }));
  app.all(INJECT, methodNotAllowed(door, 'POST, OPTIONS'));
  app.post(SEND, sendMail(door));
  app.options(SEND, (c) => c.body(null, 204, { allow: 'POST, OPTIONS', 'accept-post': 'application/octet-stream' }));
  app.all(SEND, methodNotAllowed(door, 'POST, OPTIONS'));
  app.notFound((c) => notFound(c, door));
  app.onError((error, c) => fault(error, c, door));
  return app;
}

/** Gives every request its id, and every answer its X-Request-Id. */
const stamp: MiddlewareHandler<DoorEnv> = async function stamp(c, next) {
  const requestId = randomUUID();
  c.set('requestId', requestId);
  c.set('authentication', '');
  c.header('x-request-id', requestId);
  await next();
};

function guard(door: HttpDoor): MiddlewareHandler<DoorEnv> {
  return async function guard(c, next) {
    const problem = refuseAccess(toAccessRequest(c), door.access);
    if (problem !== undefined) return refuse(c, problem, door.log);
    await next();
    return undefined;
  };
}

/** Where credentials are needed: who it is. A body that is too long is not waited for. */
function identify({ access: { credentials }, log, maxBytes }: HttpDoor): MiddlewareHandler<DoorEnv> {
  return async function identify(c, next) {
    if (credentials !== undefined) {
      const tooLarge = isStream(c) ? undefined : refuseLength(c.req.header('content-length'), maxBytes);
      if (tooLarge !== undefined) return refuse(c, tooLarge, log);
      const name = await authenticate(toAuthenticationRequest(c), credentials);
      if (!name.ok) return refuse(c, name.problem, log);
      c.set('authentication', name.value);
    }
    await next();
    return undefined;
  };
}

/** A stream of lines may be as long as it likes, each of its lines is bounded. */
function isStream(c: Context<DoorEnv>): boolean {
  return c.req.path === MESSAGES && toMediaType(c.req.header('content-type')) === NDJSON;
}

function methodNotAllowed({ log }: HttpDoor, allow: string): (c: Context<DoorEnv>) => Response {
  const problem = { code: 'method-not-allowed', detail: `Allowed here: ${allow}.`, headers: { allow } } as const;
  return (c) => refuse(c, problem, log);
}

function notFound(c: Context<DoorEnv>, { log }: HttpDoor): Response {
  return refuse(c, { code: 'not-found', detail: 'There is nothing at this path.' }, log);
}

/** The door's boundary for exceptions: the peer gets a fixed text, the log gets the error. */
function fault(error: Error, c: Context<DoorEnv>, { log }: HttpDoor): Response {
  log.emit('gateway.fault', { session: c.get('requestId'), door: 'http', error: error.message, stack: error.stack });
  return answerProblem(c, { code: 'internal', detail: 'The request could not be handled.' });
}
