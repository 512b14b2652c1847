// The Grafana dashboard asks for metrics and labels that exist, and leaves none of ours out.
import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { test } from 'node:test';
import { PANELS } from '../../scripts/docs/dashboard.ts';
import { METRICS } from '../../src/telemetry/metrics.ts';
import { ROOT } from '../support/doc-pages.ts';

/** Metrics of the runtime, which docs/observability.md says are there. */
const RUNTIME = ['process_cpu_seconds_total', 'process_resident_memory_bytes', 'nodejs_eventloop_lag_p99_seconds'];
// Prometheus adds these to what it scrapes.
const EVERYWHERE = ['job', 'instance', 'le'];

const expressions = PANELS.flatMap(({ panels }) => panels).flatMap(({ lines }) =>
  lines.map(([expression]) => expression)
);
const metrics = Object.entries(METRICS);
const nameOf = (series: string) => series.replace(/_bucket$/, '');

test('every metric of an expression exists, and every one of ours is in an expression', () => {
  const used = expressions.flatMap((text) => text.match(/\b(?:mailchute|process|nodejs)_\w+/g) ?? []).map(nameOf);
  const known = new Set([...metrics.map(([name]) => name), ...RUNTIME]);
  assert.deepEqual(used.filter((name) => !known.has(name)), []);
  assert.deepEqual(metrics.map(([name]) => name).filter((name) => !used.includes(name)), []);
});

test('every label of an expression or a legend is one of its metric', () => {
  for (const { lines } of PANELS.flatMap(({ panels }) => panels)) {
    for (const [expression, legend] of lines) {
      const name = nameOf(/\b(?:mailchute|process|nodejs)_\w+/.exec(expression)?.[0] ?? '');
      const own = metrics.find(([metric]) => metric === name)?.[1].labels ?? [];
      const inSum = [...expression.matchAll(/by \(([\w, ]+)\)/g)].flatMap(([, list = '']) => list.split(', '));
      const matched = [...expression.matchAll(/[{,](\w+)=~?"/g)].map(([, label = '']) => label);
      const shown = [...legend.matchAll(/\{\{(\w+)\}\}/g)].map(([, label = '']) => label);
      const labels: readonly string[] = [...own, ...EVERYWHERE];
      assert.deepEqual([...inSum, ...matched, ...shown].filter((label) => !labels.includes(label)), [], expression);
    }
  }
});

test('panels have an id and a place of their own in the file', () => {
  const { panels } = JSON.parse(readFileSync(join(ROOT, 'docs/grafana-dashboard.json'), 'utf8'));
  const places = panels.map(({ gridPos: { x, y } }: { gridPos: { x: number; y: number } }) => `${x},${y}`);
  assert.equal(new Set(places).size, panels.length);
  assert.equal(new Set(panels.map(({ id }: { id: number }) => id)).size, panels.length);
});
