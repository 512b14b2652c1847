// What the operations that only look answer, as the description has it.

import { testContract } from '../../support/api-contract.ts';

testContract([
  ...['/livez', '/readyz', '/metrics', '/openapi.json', '/docs', '/problems/too-large'].map((path) => ({
    path,
    status: 200,
  })),
  ...['/v1/messages', '/v1/inject', '/v1/mail/send'].map((path) => ({ method: 'OPTIONS', path, status: 204 })),
  { path: '/readyz', status: 503, door: { health: () => ({ ready: false, reasons: ['no queue'] }) } },
  { path: '/readyz', status: 503, from: '192.0.2.1', door: { draining: () => true } },
  { path: '/problems/nothing', status: 404, code: 'not-found' },
  { path: '/metrics', from: '192.0.2.1', status: 403, code: 'out-of-range' },
  { path: '/docs', from: '192.0.2.1', status: 403, code: 'out-of-range' },
  { path: '/openapi.json', headers: { origin: 'https://x.example' }, status: 403, code: 'cross-site' },
]);
