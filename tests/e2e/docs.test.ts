// Every command of the documentation, run in order, page by page; the configurations that they are about beside them.
import { test, type TestContext } from 'node:test';
import { type DocBlock, readDocPages } from '../support/doc-pages.ts';
import { DocRun } from '../support/doc-run.ts';
import { openRealBroker } from '../support/real-broker.ts';
import { makeTemporaryDirectory } from '../support/temporary-directory.ts';

const RUN = new Set(['sh', 'console', 'smtp']);
/** The page whose examples have a test of their own: http-examples.test.ts. */
const ELSEWHERE = new Set(['docs/http.md']);

/** Whether the block takes part: commands, and configurations for them. */
function takesPart({ language, words, notRun }: DocBlock): boolean {
  return notRun === undefined && (RUN.has(language) || (['conf', 'js'].includes(language) && words.length > 0));
}

/** The test broker, for which `forget` removes the queue that the examples fill. */
async function openBroker(context: TestContext): Promise<{ readonly url: string; forget(): Promise<unknown> }> {
  const { url, channel } = await openRealBroker(context);
  return { url, forget: () => channel.deleteQueue('inbox') };
}

for (const { path, blocks } of readDocPages().filter((page) => !ELSEWHERE.has(page.path))) {
  const examples = blocks.filter(takesPart);
  if (!examples.some(({ language }) => RUN.has(language))) continue;
  test(`Every command of ${path} does what the page says`, async (context) => {
    const directory = makeTemporaryDirectory(context);
    const needsBroker = examples.some(({ language, text }) => RUN.has(language) && text.includes('amqp://guest'));
    const broker = needsBroker ? await openBroker(context) : undefined;
    await broker?.forget();
    const run = new DocRun({ directory, ...(broker === undefined ? {} : { broker: broker.url }) });
    try {
      for (const block of examples) {
        await run.run(block).catch((error) => {
          throw new Error(`${path}:${block.line}: ${error instanceof Error ? error.message : error}`);
        });
      }
    } finally {
      await run.close();
      await broker?.forget();
    }
  });
}
