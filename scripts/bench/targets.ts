// The figures that the project wants to keep: each target, what was measured, and whether it is met.
import type { Cell, Results } from './results.ts';
import { ALL_CHECKS, CHECKED_LOAD, CHECKS, NO_CHECKS } from './sections/checks.ts';
import { EMBEDDED, OWN_QUEUE } from './sections/embedded.ts';
import { HTTP, HTTP_LOAD } from './sections/http.ts';
import { ALONE, LATENCY, OFFERED } from './sections/latency.ts';
import { SCALING } from './sections/scaling.ts';
import { ONE, THREADS, TWO } from './sections/threads.ts';
import { CONNECTIONS, THROUGHPUT } from './sections/throughput.ts';
import { pairedRatio } from './statistics.ts';

/** One thing that is wanted. */
export interface Target {
  readonly group: string;
  readonly what: string;
  readonly bound: 'at least' | 'at most';
  readonly bar: number;
  /** NaN where it was not measured. */
  readonly value: number;
}

/** Whether it is met; undefined where it was not measured. */
export function isMet({ bound, bar, value }: Target): boolean | undefined {
  if (Number.isNaN(value)) return undefined;
  return bound === 'at least' ? value >= bar : value <= bar;
}

const OURS = 'mailchute';
const SIZES = ['4 KiB', '50 KiB', '500 KiB'] as const;
// Ten times the work may cost a little more than ten times as much: caches, garbage, noise.
const GROWTH = 1.5;

/** All of them. */
export function evaluateTargets(results: Results): Target[] {
  return [
    ...cpuTargets(results),
    ...rateTargets(results),
    ...latencyTargets(results),
    ...growthTargets(results),
    ...otherTargets(results),
  ];
}

function cpuTargets(results: Results): Target[] {
  const bars = [1.3, 1.2, 1.15];
  return SIZES.map((load, index) => {
    const values = (contender: string) => results.values({ section: THROUGHPUT, load, contender }, 'cpuUs');
    const sink = values('smtp-sink');
    const parts = values('raw AMQP').map((value, round) => value + (sink[round] ?? NaN));
    return {
      group: 'CPU per message',
      what: `of raw AMQP + smtp-sink, ${load}`,
      bound: 'at most',
      bar: bars[index] ?? NaN,
      value: pairedRatio(values(OURS), parts),
    };
  });
}

function rateTargets(results: Results): Target[] {
  const wanted: readonly (readonly [section: string, load: string, other: string, bar: number])[] = [
    ...SIZES.map((load) => [THROUGHPUT, load, 'Haraka', 3] as const),
    ...SIZES.map((load) => [THROUGHPUT, load, 'aiosmtpd', 3] as const),
    [THROUGHPUT, '4 KiB', 'raw AMQP', 0.5],
    [THROUGHPUT, '4 KiB', 'Postfix', 1],
    [THROUGHPUT, '50 KiB', 'Postfix', 1],
    [THROUGHPUT, '500 KiB', 'smtp-sink', 0.85],
    [CONNECTIONS, '4 KiB', 'smtp-sink', 0.5],
  ];
  return wanted.map(([section, load, contender, bar]) => ({
    group: section === THROUGHPUT ? 'Messages/s' : 'Messages/s, a connection each',
    what: `of ${contender}, ${load}`,
    bound: 'at least',
    bar,
    value: results.ratio({ section, load, contender: OURS }, { section, load, contender }, { metric: 'rate' }),
  }));
}

function latencyTargets(results: Results): Target[] {
  const ours: Cell = { section: LATENCY, load: ALONE, contender: OURS };
  const slow = pairedRatio(results.values(ours, 'p99Ms'), results.values(ours, 'p50Ms'));
  const p50 = results.ratio(ours, { ...ours, contender: 'raw AMQP' }, { metric: 'p50Ms' });
  const group = 'Final dot to 250, 4 KiB';
  return [
    { group, what: 'p50 of a bare confirmed publish, one session', bound: 'at most', bar: 1.3, value: p50 },
    { group, what: 'p99 of its own p50, one session', bound: 'at most', bar: 3, value: slow },
    {
      group,
      what: `p99 in ms, ${OFFERED}`,
      bound: 'at most',
      bar: 10,
      value: results.median({ ...ours, load: OFFERED }, 'p99Ms'),
    },
  ];
}

function growthTargets(results: Results): Target[] {
  const wanted: readonly (readonly [section: string, more: string, less: string, what: string])[] = [
    [SCALING.recipients, '1000', '100', 'CPU per record, 1,000 recipients of 100'],
    [SCALING.sessions, '1000', '20', 'CPU per message, 1,000 sessions of 20'],
    [SCALING.size, '95.4 MiB', '10 MiB', 'CPU per KiB, 100 MB of 10 MiB'],
    [SCALING.headers, '100,000', '10,000', 'CPU per header line, 100,000 of 10,000'],
    [SCALING.contents, 'dots', 'text', 'CPU per message, all dots of plain text'],
    [SCALING.contents, 'single dots', 'short lines', 'CPU per message, lines of one dot of lines of two letters'],
  ];
  return wanted.map(([section, more, less, what]) => ({
    group: 'Growth',
    what,
    bound: 'at most',
    bar: GROWTH,
    value: results.ratio({ section, load: more, contender: OURS }, { section, load: less, contender: OURS }, {
      metric: 'unitUs',
    }),
  }));
}

function otherTargets(results: Results): Target[] {
  const small = { section: EMBEDDED, load: '4 KiB' };
  const embedded = results.ratio({ ...small, contender: OWN_QUEUE }, { ...small, contender: 'Postfix' }, {
    metric: 'rate',
  });
  const threads = results.outline(THREADS).loads.map((load): Target => ({
    group: 'Two workers',
    what: `messages/s of one worker, ${load}`,
    bound: 'at least',
    bar: 1,
    value: results.ratio({ section: THREADS, load, contender: TWO }, { section: THREADS, load, contender: ONE }, {
      metric: 'rate',
    }),
  }));
  const door = { section: HTTP, load: HTTP_LOAD, contender: 'the door, JSON' };
  const lines = { ...door, contender: 'the door, NDJSON' };
  const checked = { section: CHECKS, load: CHECKED_LOAD, contender: ALL_CHECKS };
  const memory = results.median({ section: THROUGHPUT, load: '4 KiB', contender: OURS }, 'rssMb');
  return [
    { group: 'Embedded queue', what: 'messages/s of Postfix, 4 KiB', bound: 'at least', bar: 3, value: embedded },
    ...threads,
    {
      group: 'HTTP',
      what: 'JSON, of a bare Hono handler',
      bound: 'at least',
      bar: 0.8,
      value: results.median(door, 'timesBare'),
    },
    {
      group: 'HTTP',
      what: 'NDJSON, of JSON',
      bound: 'at least',
      bar: 2,
      value: results.ratio(lines, door, { metric: 'rate' }),
    },
    { group: 'Memory', what: 'MB under the load of 4 KiB', bound: 'at most', bar: 150, value: memory },
    {
      group: 'Checks',
      what: 'messages/s with SPF, DKIM and DMARC, of without',
      bound: 'at least',
      bar: 0.5,
      value: results.ratio(checked, { ...checked, contender: NO_CHECKS }, { metric: 'rate' }),
    },
  ];
}
