// A strict reader of the text that Prometheus reads (exposition format 0.0.4), which fails on anything doubtful.
import assert from 'node:assert/strict';

/** One number of the text. */
interface Sample {
  readonly name: string;
  readonly labels: ReadonlyMap<string, string>;
  readonly value: number;
}

const SAMPLE = /^([a-zA-Z_:][\w:]*)(?:\{((?:[^"\\]|\\.|"(?:[^"\\]|\\.)*")*)\})? (\S+)$/;
const LABEL = /([a-zA-Z_]\w*)="((?:[^"\\\n]|\\["\\n])*)"(?:,|$)/y;
const NUMBER = /^(?:[+-]?Inf|NaN|Nan|[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?)$/;
const SUFFIXES = ['_bucket', '_sum', '_count'];

/** Fails unless the text is well-formed, without a number twice, and its histograms agree with themselves. */
export function checkExposition(text: string): void {
  assert.ok(text.endsWith('\n'), 'ends with a line end');
  const types = new Map<string, string>();
  const helps = new Set<string>();
  const samples: Sample[] = [];
  const seen = new Set<string>();
  let current = '';
  for (const line of text.split('\n').filter((line) => line !== '')) {
    const comment = /^# (HELP|TYPE) (\S+) (.+)$/.exec(line);
    if (comment !== null) {
      const [, kind, name = '', rest = ''] = comment;
      if (kind === 'HELP') assert.ok(!helps.has(name), `${name} has one HELP`);
      else assert.ok(!types.has(name), `${name} has one TYPE`);
      if (kind === 'HELP') helps.add(name);
      else types.set(name, rest);
      current = name;
      continue;
    }
    const sample = parseSample(line);
    const family = SUFFIXES.map((suffix) => sample.name.endsWith(suffix) ? sample.name.slice(0, -suffix.length) : '')
      .find((name) => types.get(name) === 'histogram') ?? sample.name;
    assert.equal(family, current, `${line}: stands with its family`);
    assert.ok(helps.has(family) && types.has(family), `${family} has HELP and TYPE`);
    const key = toKey(sample);
    assert.ok(!seen.has(key), `${key} is there once`);
    seen.add(key);
    samples.push(sample);
    if (types.get(family) === 'counter') assert.ok(sample.value >= 0, line);
  }
  for (const [name, type] of types) if (type === 'histogram') checkHistogram(name, samples);
}

function parseSample(line: string): Sample {
  const parts = SAMPLE.exec(line);
  assert.ok(parts !== null, `${line}: a sample`);
  const [, name = '', inner = '', value = ''] = parts;
  assert.match(value, NUMBER, line);
  const labels = new Map<string, string>();
  for (let at = 0; at < inner.length; at = LABEL.lastIndex) {
    LABEL.lastIndex = at;
    const label = LABEL.exec(inner);
    assert.ok(label !== null, `${line}: labels`);
    assert.ok(!labels.has(label[1] ?? ''), `${line}: each label once`);
    labels.set(label[1] ?? '', label[2] ?? '');
  }
  return { name, labels, value: Number(value.replace('Inf', 'Infinity')) };
}

function toKey({ name, labels }: Sample): string {
  return `${name} ${JSON.stringify([...labels].toSorted())}`;
}

/** Buckets grow, the last is +Inf, and it is the count. */
function checkHistogram(name: string, samples: readonly Sample[]): void {
  const groups = new Map<string, Sample[]>();
  for (const sample of samples.filter((each) => each.name === `${name}_bucket`)) {
    const key = JSON.stringify([...sample.labels].filter(([label]) => label !== 'le').toSorted());
    groups.set(key, [...groups.get(key) ?? [], sample]);
  }
  for (const [key, buckets] of groups) {
    const bounds = buckets.map(({ labels }) => Number((labels.get('le') ?? '').replace('Inf', 'Infinity')));
    assert.deepEqual(bounds, bounds.toSorted((one, other) => one - other), `${name} ${key}: bounds in order`);
    assert.equal(bounds.at(-1), Infinity);
    const values = buckets.map(({ value }) => value);
    assert.deepEqual(values, values.toSorted((one, other) => one - other), `${name} ${key}: cumulative`);
    const labels = new Map(JSON.parse(key) as [string, string][]);
    const count = samples.find((each) => toKey(each) === toKey({ name: `${name}_count`, labels, value: 0 }));
    assert.equal(count?.value, values.at(-1), `${name} ${key}: +Inf is the count`);
    assert.ok(samples.some((each) => toKey(each) === toKey({ name: `${name}_sum`, labels, value: 0 })));
  }
}
