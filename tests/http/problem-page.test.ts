// GET /problems/CODE: the type of every problem leads somewhere.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { type ProblemCode, PROBLEMS, toProblemJson } from '../../src/http/problem.ts';
import { createRecordingDoor, send } from '../support/http-door.ts';

for (const code of Object.keys(PROBLEMS) as ProblemCode[]) {
  test(`The type of ${code} leads to its title and advice`, async () => {
    const { type } = JSON.parse(toProblemJson({ code, detail: '' }));
    const response = await send(createRecordingDoor().door, type);
    assert.equal(response.status, 200);
    assert.match(response.headers.get('content-type') ?? '', /^text\/plain/);
    const text = await response.text();
    assert.ok(text.includes(PROBLEMS[code].title) && text.includes(PROBLEMS[code].advice));
  });
}

for (const code of ['nothing', 'constructor', '__proto__']) {
  test(`There is no page about ${code}`, async () => {
    assert.equal((await send(createRecordingDoor().door, `/problems/${code}`)).status, 404);
  });
}
