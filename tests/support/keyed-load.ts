// Clients that give each message an Idempotency-Key and repeat requests at random, while the gateway may come and go.

import assert from 'node:assert/strict';

/** What `runKeyedLoad` sends. */
export interface KeyedLoadOptions {
  readonly port: number;
  readonly clients: number;
  /** Of each client. */
  readonly messages: number;
  /** Told of every message that has its answer. */
  readonly onAnswer?: (answered: number) => void;
}

/** What the clients were told, all requests together. */
export interface KeyedLoadResult {
  /** The id of each message. */
  readonly ids: string[];
  readonly replays: number;
  /** 409 answers. */
  readonly conflicts: number;
  /** Requests without an answer, or with a 503. */
  readonly failures: number;
}

const REPEAT = 0.3;
// Far more than any gateway takes for a restart.
const DEADLINE_MS = 60_000;

/** Resolves when every message has been answered 202 at least once; rejects when two answers to one differ. */
export async function runKeyedLoad(options: KeyedLoadOptions): Promise<KeyedLoadResult> {
  const { port, clients, messages, onAnswer = () => {} } = options;
  const url = `http://127.0.0.1:${port}/v1/messages`;
  const ids: string[] = [];
  const counts = { replays: 0, conflicts: 0, failures: 0 };
  const deadline = Date.now() + DEADLINE_MS;

  /** One request; the text of its answer, undefined when it has to be sent again. */
  async function ask(key: string): Promise<string | undefined> {
    const body = JSON.stringify({
      envelope: '',
      recipient: 'r@example.org',
      mime: `Subject: ${key}\r\n\r\n${key}\r\n`,
    });
    const headers = { 'content-type': 'application/json', 'idempotency-key': key };
    const response = await fetch(url, { method: 'POST', headers, body, signal: AbortSignal.timeout(20_000) })
      .catch(() => undefined);
    const text = await response?.text().catch(() => undefined);
    if (response?.status === 202 && text !== undefined) {
      if (response.headers.get('idempotency-replayed') === 'true') counts.replays++;
      return text;
    }
    if (response?.status === 409) counts.conflicts++;
    else {
      assert.ok(response === undefined || text === undefined || response.status === 503, text);
      counts.failures++;
    }
    return undefined;
  }

  async function send(key: string): Promise<void> {
    const texts = new Set<string>();
    for (let isDone = false; !isDone;) {
      assert.ok(Date.now() < deadline, `no answer for ${key}`);
      const duplicates = Array.from({ length: Math.random() < REPEAT ? 2 : 1 }, () => ask(key));
      const answers = (await Promise.all(duplicates)).filter((text) => text !== undefined);
      for (const text of answers) texts.add(text);
      isDone = answers.length > 0 && Math.random() >= REPEAT;
      if (answers.length === 0) await new Promise((resolve) => setTimeout(resolve, 20 + Math.random() * 50));
    }
    assert.equal(texts.size, 1, 'every answer to a key is the same');
    ids.push(String(JSON.parse([...texts].join())['id']));
    onAnswer(ids.length);
  }

  const run = crypto.randomUUID();
  await Promise.all(Array.from({ length: clients }, async (_, client) => {
    for (let message = 0; message < messages; message++) await send(`${run} ${client} ${message}`);
  }));
  return { ids, ...counts };
}
