// Every command of the documentation, run in order, page by page; the configurations that they are about beside them.
import { execFileSync } from 'node:child_process';
import process from 'node:process';
import { test, type TestContext } from 'node:test';
import { type DocBlock, readDocPages } from '../support/doc-pages.ts';
import { DocRun } from '../support/doc-run.ts';
import { realBrokerUrl } from '../support/real-broker.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

const RUN = new Set(['sh', 'console', 'smtp']);
/** The page whose examples have a test of their own: http-examples.test.ts. */
const ELSEWHERE = new Set(['docs/http.md']);

/** Whether the block takes part: commands, and configurations for them. */
function takesPart({ language, words, notRun }: DocBlock): boolean {
  return notRun === undefined && (RUN.has(language) || (language === 'conf' && words.length > 0));
}

/** A part of the test broker with nothing in it, which stands for a fresh RabbitMQ. */
function makeVirtualHost(context: TestContext): string {
  const name = `docs-${process.pid}`;
  const ctl = (...args: string[]) => execFileSync(process.env['MAILCHUTE_TEST_RABBITMQCTL'] ?? 'rabbitmqctl', args);
  ctl('add_vhost', name);
  context.after(() => void ctl('delete_vhost', name));
  ctl('set_permissions', '--vhost', name, 'guest', '.*', '.*', '.*');
  return `${realBrokerUrl()}/${name}`;
}

for (const { path, blocks } of readDocPages().filter((page) => !ELSEWHERE.has(page.path))) {
  const examples = blocks.filter(takesPart);
  if (!examples.some(({ language }) => RUN.has(language))) continue;
  test(`Every command of ${path} does what the page says`, async (context) => {
    const directory = makeTemporaryDirectory(context);
    const needsBroker = examples.some(({ text }) => text.includes('amqp://guest:guest@localhost'));
    const broker = needsBroker ? makeVirtualHost(context) : undefined;
    const run = new DocRun({ directory, ...(broker === undefined ? {} : { broker }) });
    try {
      for (const block of examples) {
        await run.run(block).catch((error) => {
          throw new Error(`${path}:${block.line}: ${error instanceof Error ? error.message : error}`);
        });
      }
    } finally {
      await run.close();
    }
  });
}
