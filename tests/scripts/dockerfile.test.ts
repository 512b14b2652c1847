// The Dockerfile as it is written: what can be known of the image without building it.
import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { test } from 'node:test';
import { loadConfig } from '../../src/config/load.ts';

const root = resolve(import.meta.dirname ?? '.', '../..');
const lines = readFileSync(join(root, 'Dockerfile'), 'utf8').replaceAll(/\\\n\s*/g, ' ').split('\n');
const instructions = lines.filter((line) => /^[A-Z]+ /.test(line)).map((line) => ({
  name: line.slice(0, line.indexOf(' ')),
  value: line.slice(line.indexOf(' ') + 1),
}));
const last = instructions.slice(instructions.findLastIndex(({ name }) => name === 'FROM'));
const valueOf = (wanted: string) => last.find(({ name }) => name === wanted)?.value;

test('The final image starts from nothing and runs no command while it is built', () => {
  assert.equal(valueOf('FROM'), 'scratch');
  assert.equal(valueOf('RUN'), undefined);
});

test('The final image runs the gateway as a user of its own, by number', () => {
  assert.match(valueOf('USER') ?? '', /^[1-9]\d{3,}:[1-9]\d{3,}$/);
  assert.equal(valueOf('ENTRYPOINT'), '["/usr/bin/mailchute"]');
  assert.equal(valueOf('CMD'), '["serve"]');
});

test('The final image has ports, a health check and labels', () => {
  assert.equal(valueOf('EXPOSE'), '2525 8485');
  assert.match(valueOf('HEALTHCHECK') ?? '', / CMD \["\/usr\/bin\/mailchute", "healthcheck"\]$/);
  const { version, license } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));
  const labels = new Map(
    [...(valueOf('LABEL') ?? '').matchAll(/org\.opencontainers\.image\.(\w+)="([^"]*)"/g)].map((
      [, name, value],
    ) => [name, value]),
  );
  assert.deepEqual([...labels.keys()], ['title', 'description', 'licenses', 'version', 'revision']);
  assert.equal(labels.get('version'), version);
  assert.equal(labels.get('licenses'), license);
});

test("The image's environment is a configuration that opens the exposed ports", () => {
  const settings = (valueOf('ENV') ?? '').split(' ').filter((word) => word !== '').map((word) => word.split('='));
  const { config, faults, warnings } = loadConfig({
    argv: [],
    env: Object.fromEntries(settings),
    readFile: () => {
      throw Object.assign(new Error('no file'), { code: 'ENOENT' });
    },
  });
  assert.deepEqual([...faults, ...warnings], []);
  assert.deepEqual([...config['smtp-port'], ...config['http-port']].join(' '), valueOf('EXPOSE'));
  assert.match(config['queue-path'], new RegExp(`^${valueOf('WORKDIR')}/`));
  assert.equal(valueOf('VOLUME'), `["${valueOf('WORKDIR')}"]`);
});

test('What the build copies from the tree is there, and let through by .dockerignore', () => {
  const allowed = readFileSync(join(root, '.dockerignore'), 'utf8').split('\n').filter((line) => line.startsWith('!'))
    .map((line) => line.slice(1));
  const copied = instructions.filter(({ name, value }) => name === 'COPY' && !value.startsWith('--from'))
    .flatMap(({ value }) => value.split(' ').slice(0, -1));
  assert.ok(copied.length > 0);
  assert.deepEqual(copied.filter((path) => !existsSync(join(root, path))), []);
  assert.deepEqual(copied.toSorted(), allowed.toSorted());
});
