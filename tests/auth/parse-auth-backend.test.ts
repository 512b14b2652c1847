// URLs of smtp-auth and http-auth: which are read, what is said of the others, and that no secret is repeated.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseAuthBackend } from '../../src/auth/parse-auth-backend.ts';

const labels = [
  ['hardcoded://user:secret', 'hardcoded://(1 user)'],
  ['file:///users.txt', 'file:///users.txt'],
  ['ldap://example.com:389/ou=people,dc=example', 'ldap://example.com:389/ou=people,dc=example'],
  ['ldaps://[::1]/dc=my%20people#ca=/ca.pem', 'ldaps://[::1]/dc=my%20people#ca=/ca.pem'],
  ['radius://gateway:secret@example.com:1812', 'radius://gateway:***@example.com:1812'],
  ['radius://gateway:se:cr@et@[::1]', 'radius://gateway:***@[::1]:1812'],
  ['users://user1,mailerq,user2,client*', 'users://user1,mailerq,user2,client*'],
  ['http://example.com:80/some_endpoint?key=secret', 'http://example.com/some_endpoint'],
  ['https://example.com/check#ca=/ca.pem', 'https://example.com/check'],
  ['exec:///path/to/file', 'exec:///path/to/file'],
  ['HTTP://example.com/', 'http://example.com/'],
] as const;

for (const [url, label] of labels) {
  test(`${url} is shown as ${label}`, () => {
    const result = parseAuthBackend(url);
    assert.equal(result.ok ? result.value.label : result.problem, label);
  });
}

const faults = [
  ['secret', /^is no URL; accepted are hardcoded:\/\/user:password, file:\/\/\/path/],
  ['user:secret', /^is no URL/],
  ['mysql://user:secret@host', /^"mysql:\/\/" is no backend; accepted are/],
  ['hardcoded://user:x,secret', /entry 2 has no colon/],
  ['file://secret', /absolute path/],
  ['exec://secret', /absolute path/],
  ['users://', /needs user names/],
  ['users://user1,,secret', /needs user names/],
  ['ldap://example.com', /has no base DN, as in ldap:/],
  ['ldap://example.com/', /has no base DN/],
  ['ldap://example.com/secret', /has a base DN that is none/],
  ['ldap://example.com/dc=%zz', /has a base DN that is none/],
  ['ldap://user:secret@example.com/dc=x', /has no valid host/],
  ['ldap://example.com/dc=x#ca=/ca.pem', /does not use TLS/],
  ['radius://secret@example.com:1812', /has no identifier before its secret, as in radius:/],
  ['radius://:secret@example.com', /has no identifier/],
  ['radius://gateway:@example.com', /has no secret/],
  ['radius://example.com', /has no identifier and secret/],
  ['radius://gateway:secret@', /has no valid host/],
  ['radius://gateway:secret@host:99999', /has no valid port/],
  ['http://', /is no URL/],
  ['http://user:secret@example.com/', /has credentials of its own/],
  ['https://example.com/#secret', /has a # that is not followed by ca=/],
] as const;

for (const [url, problem] of faults) {
  test(`${url} is a fault that repeats no secret`, () => {
    const result = parseAuthBackend(url);
    assert.ok(!result.ok);
    assert.match(result.problem, problem);
    assert.doesNotMatch(
      result.problem.replaceAll('identifier:secret', '').replaceAll('its secret', ''),
      /(?<!no )secret(?!,)/,
    );
  });
}
