// The benchmark's command line, and the command lines that it makes of it.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseOptions, SECTIONS, SERVERS } from '../../../scripts/bench/options.ts';
import { toSmtpSource } from '../../../scripts/bench/smtp-source.ts';
import { formatBytes, formatFigure, formatTable } from '../../../scripts/bench/table.ts';

test('parseOptions() runs everything where nothing is said', () => {
  const options = parseOptions([]);
  assert.deepEqual([options.sections, options.servers], [SECTIONS, SERVERS]);
  assert.deepEqual([options.sizes, options.sessions, options.rounds], [[4096, 51_200, 512_000], 20, 3]);
});

test('parseOptions() takes parts in their own order, and sizes with units', () => {
  const options = parseOptions(['--sections=latency,throughput', '--servers', 'haraka,raw', '--sizes', '1MB,10k,77']);
  assert.deepEqual(options.sections, ['throughput', 'latency']);
  assert.deepEqual(options.servers, ['raw', 'haraka']);
  assert.deepEqual(options.sizes, [1_048_576, 10_240, 77]);
});

for (
  const [args, fault] of [
    [['--sections', 'thruput'], /--sections: no thruput, expected some of throughput,/],
    [['--servers', 'sendmail'], /--servers: no sendmail/],
    [['--sizes', '4 apples'], /--sizes: '4 apples', expected sizes/],
    [['--rounds', '0'], /--rounds: '0', expected a number above 0/],
    [['--fast'], /Unknown option '--fast'/],
  ] as const
) {
  test(`parseOptions() refuses ${args.join(' ')} and says what it takes`, () => {
    assert.throws(() => parseOptions(args), fault);
  });
}

test('toSmtpSource() keeps its connections unless each message has its own', () => {
  const load = { bytes: 4096, sessions: 20, messages: 10 };
  assert.match(toSmtpSource(2525, load).join(' '), / -d -s 10 -m 10 -l 4096 .* inet:127\.0\.0\.1:2525$/);
  assert.doesNotMatch(toSmtpSource(2525, { ...load, reconnect: true }).join(' '), / -d /);
  assert.match(toSmtpSource(2525, { ...load, recipients: 5, file: 'mail' }).join(' '), / -r 5 -F mail /);
});

test('formatTable() pads its columns and aligns figures to the right', () => {
  assert.equal(
    formatTable([['server', '4 KiB'], ['a', '1,000'], ['longer one', '7']]),
    '| server     | 4 KiB |\n| ---------- | ----: |\n| a          | 1,000 |\n| longer one |     7 |',
  );
});

test('formatFigure() and formatBytes() are short', () => {
  assert.deepEqual([16_942.4, 340.2, 12.34, 0.5, NaN].map(formatFigure), ['16,942', '340', '12.3', '0.50', '–']);
  assert.deepEqual([77, 4096, 1536, 1_048_576].map(formatBytes), ['77 B', '4 KiB', '1.5 KiB', '1 MiB']);
});
