// The reader of lines and content: limits to the byte, order, holding back, and silence after the close.
import assert from 'node:assert/strict';
import { Buffer } from 'node:buffer';
import { once } from 'node:events';
import { test } from 'node:test';
import { WireReader } from '../../src/smtp/wire-reader.ts';

const MAX_LINE = 12288;

interface Recorder {
  readonly reader: WireReader;
  readonly events: string[];
  /** Replaces what happens on a line. */
  onLine: (line: string) => void | Promise<void>;
}

/** A reader whose events are written down; the line DATA makes content follow. */
function createRecorder({ maxBytes = 1000 }: { readonly maxBytes?: number } = {}): Recorder {
  const events: string[] = [];
  const recorder: Recorder = {
    events,
    onLine: (_line: string): void | Promise<void> => {},
    reader: new WireReader({
      onLine(line) {
        const text = line.toString('latin1');
        events.push(`line ${text.length > 50 ? text.length : text}`);
        if (text === 'DATA') recorder.reader.readContent(maxBytes);
        return recorder.onLine(text);
      },
      onLineTooLong: (start) => void events.push(`too long ${start.toString('latin1', 0, 4)}`),
      onContent(content) {
        const bytes = Buffer.concat(content.takeContent()).toString('latin1');
        events.push(`content ${JSON.stringify(content.isOversized ? 'oversized' : bytes)}`);
      },
      onMoreContent: () => {},
      onIdle: () => {},
      onEnd: () => void events.push('end'),
    }),
  };
  return recorder;
}

function write(reader: WireReader, text: string): Promise<void> {
  return new Promise((resolve) => reader.write(Buffer.from(text, 'latin1'), () => resolve()));
}

const inputs = [
  { name: 'lines with CRLF', input: 'A\r\nB\r\n', expected: ['line A', 'line B'] },
  { name: 'lines with bare LF', input: 'A\nB\n', expected: ['line A', 'line B'] },
  { name: 'a bare CR as part of the line', input: 'A\rB\r\n', expected: ['line A\rB'] },
  { name: 'only one CR as part of the line end', input: 'A\r\r\n', expected: ['line A\r'] },
  { name: 'empty lines', input: '\r\n\n', expected: ['line ', 'line '] },
  {
    name: 'content between lines',
    input: 'DATA\r\na\r\n.\r\nB\r\n',
    expected: ['line DATA', 'content "a\\r\\n"', 'line B'],
  },
  { name: 'empty content', input: 'DATA\r\n.\r\nB\r\n', expected: ['line DATA', 'content ""', 'line B'] },
  {
    name: 'two contents',
    input: 'DATA\r\na\r\n.\r\nDATA\r\nb\r\n.\r\n',
    expected: ['line DATA', 'content "a\\r\\n"', 'line DATA', 'content "b\\r\\n"'],
  },
  {
    name: 'a line in content that is longer than a command may be',
    input: `DATA\r\n${'x'.repeat(MAX_LINE + 5)}\r\n.\r\nB\r\n`,
    expected: ['line DATA', 'content "oversized"', 'line B'],
  },
];

for (const { name, input, expected } of inputs) {
  test(`WireReader reads ${name}, in one piece and byte by byte`, async () => {
    const whole = createRecorder();
    await write(whole.reader, input);
    assert.deepEqual(whole.events, expected);
    const single = createRecorder();
    for (const byte of input) await write(single.reader, byte);
    assert.deepEqual(single.events, expected);
  });
}

for (const end of ['\r\n', '\n']) {
  const name = JSON.stringify(end);
  test(`WireReader takes a line of exactly ${MAX_LINE} bytes before ${name}, wherever it is cut`, async () => {
    const input = `${'x'.repeat(MAX_LINE)}${end}NOOP\r\n`;
    for (let cut = MAX_LINE - 2; cut < MAX_LINE + end.length + 2; cut++) {
      const { reader, events } = createRecorder();
      await write(reader, input.slice(0, cut));
      await write(reader, input.slice(cut));
      assert.deepEqual(events, [`line ${MAX_LINE}`, 'line NOOP'], `cut at ${cut}`);
    }
  });

  test(`WireReader drops a line of ${MAX_LINE + 1} bytes before ${name}, wherever it is cut`, async () => {
    const input = `AUTH${'x'.repeat(MAX_LINE - 3)}${end}NOOP\r\n`;
    for (let cut = MAX_LINE - 2; cut < MAX_LINE + end.length + 3; cut++) {
      const { reader, events } = createRecorder();
      await write(reader, input.slice(0, cut));
      await write(reader, input.slice(cut));
      assert.deepEqual(events, ['too long AUTH', 'line NOOP'], `cut at ${cut}`);
    }
  });
}

test('WireReader drops a line of 10 MB in many chunks once and reads the next one', async () => {
  const { reader, events } = createRecorder();
  await write(reader, 'POST /');
  for (let chunk = 0; chunk < 160; chunk++) await write(reader, 'x'.repeat(65_536));
  await write(reader, '\r\nNOOP\r\n');
  assert.deepEqual(events, ['too long POST', 'line NOOP']);
});

test('WireReader answers 1000 pipelined lines in order, one at a time, while each answer is held back', async () => {
  const recorder = createRecorder();
  const lines = Array.from({ length: 1000 }, (_, index) => `N${index}`);
  let running = 0;
  let most = 0;
  recorder.onLine = async () => {
    most = Math.max(most, ++running);
    await new Promise<void>((resolve) => setImmediate(resolve));
    running--;
  };
  await write(recorder.reader, lines.map((line) => `${line}\r\n`).join(''));
  assert.deepEqual(recorder.events, lines.map((line) => `line ${line}`));
  assert.equal(most, 1);
});

test('WireReader reads nothing after a held-back line until it is let go', async () => {
  const recorder = createRecorder();
  let letGo = () => {};
  recorder.onLine = (line) => line === 'A' ? new Promise((resolve) => (letGo = resolve)) : undefined;
  const written = write(recorder.reader, 'A\r\nB\r\n');
  const next = write(recorder.reader, 'C\r\n');
  await new Promise<void>((resolve) => setImmediate(resolve));
  assert.deepEqual(recorder.events, ['line A']);
  letGo();
  await written;
  await next;
  assert.deepEqual(recorder.events, ['line A', 'line B', 'line C']);
});

test('WireReader lets others have a turn among thousands of lines in one chunk', async () => {
  const recorder = createRecorder();
  const written = write(recorder.reader, 'NOOP\r\n'.repeat(5000));
  assert.ok(recorder.events.length < 5000, `${recorder.events.length} lines without a pause`);
  await written;
  assert.equal(recorder.events.length, 5000);
});

test('WireReader swallows everything once it is closed, also what was pipelined behind the last line', async () => {
  const recorder = createRecorder();
  recorder.onLine = (line) => {
    if (line === 'QUIT') recorder.reader.isClosed = true;
  };
  await write(recorder.reader, 'A\r\nQUIT\r\nB\r\n');
  await write(recorder.reader, 'C\r\n');
  assert.deepEqual(recorder.events, ['line A', 'line QUIT']);
});

test('WireReader swallows what follows a held-back line when it is closed meanwhile', async () => {
  const recorder = createRecorder();
  let letGo = () => {};
  recorder.onLine = () => new Promise((resolve) => (letGo = resolve));
  const written = write(recorder.reader, 'A\r\nB\r\n');
  recorder.reader.isClosed = true;
  letGo();
  await written;
  assert.deepEqual(recorder.events, ['line A']);
});

test('WireReader says the end after all answers, and never runs a last line without a line end', async () => {
  const recorder = createRecorder();
  recorder.onLine = () => new Promise((resolve) => setImmediate(resolve));
  recorder.reader.end(Buffer.from('A\r\nB\r\nQUIT'));
  await once(recorder.reader, 'finish');
  assert.deepEqual(recorder.events, ['line A', 'line B', 'end']);
});
