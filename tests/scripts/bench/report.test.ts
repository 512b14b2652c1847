// The benchmark's report: targets, tables, charts and their place in the page.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { drawBars } from '../../../scripts/bench/bar-chart.ts';
import { drawCharts } from '../../../scripts/bench/charts.ts';
import type { Machine } from '../../../scripts/bench/machine.ts';
import { formatReport, putIntoPage } from '../../../scripts/bench/report.ts';
import { Results } from '../../../scripts/bench/results.ts';
import { evaluateTargets, isMet } from '../../../scripts/bench/targets.ts';

const MACHINE: Machine = {
  processor: 'A processor',
  cores: 2,
  memoryGb: 24,
  kernel: '6.1',
  date: '2026-11-21 10:00',
  loadBefore: 0.1,
  versions: { mailchute: '1.0', Postfix: 'not installed' },
};

/** Two rounds, the second of which is twice as slow. */
function makeResults(): Results {
  const results = new Results();
  const rates = { 'raw AMQP': 10_000, 'smtp-sink': 20_000, 'mailchute': 6000, 'Haraka': 1500 };
  for (const slower of [1, 2]) {
    for (const [contender, rate] of Object.entries(rates)) {
      const cpuUs = 1e6 / rate * slower;
      const sample = { rate: rate / slower, cpuUs, brokerUs: 50 * slower, rssMb: 151 };
      results.add({ section: 'throughput', load: '4 KiB', contender }, sample);
    }
  }
  return results;
}

function findTarget(what: string) {
  const target = evaluateTargets(makeResults()).find((target) => `${target.group}: ${target.what}` === what);
  return target ?? assert.fail(`no target ${what}`);
}

test('evaluateTargets() compares within rounds, and sums the parts of the CPU within them', () => {
  assert.equal(findTarget('Messages/s: of Haraka, 4 KiB').value, 4);
  assert.equal(findTarget('Messages/s: of raw AMQP, 4 KiB').value, 0.6);
  const cpu = findTarget('CPU per message: of raw AMQP + smtp-sink, 4 KiB');
  assert.equal(cpu.value.toFixed(3), (166.67 / 150).toFixed(3));
});

test('isMet() takes the bar itself as met, and says nothing of what was not measured', () => {
  const target = { group: '', what: '', bar: 3 };
  assert.equal(isMet({ ...target, bound: 'at least', value: 3 }), true);
  assert.equal(isMet({ ...target, bound: 'at least', value: 2.99 }), false);
  assert.equal(isMet({ ...target, bound: 'at most', value: 3 }), true);
  assert.equal(isMet({ ...target, bound: 'at most', value: 3.01 }), false);
  assert.equal(isMet(findTarget('Messages/s: of aiosmtpd, 4 KiB')), undefined);
  assert.equal(isMet(findTarget('Memory: MB under the load of 4 KiB')), false);
});

test('formatReport() has machine, targets, tables, the estimate, and what was not measured', () => {
  const results = makeResults();
  results.missing.push('aiosmtpd: python3 ended with 1');
  const report = formatReport({ machine: MACHINE, results });
  assert.match(report, /^A processor, 2 cores, 24 GiB, Linux 6\.1, everything on loopback, .* Postfix not installed\./);
  assert.match(report, /- \*\*not measured:\*\* aiosmtpd: python3 ended with 1/);
  assert.match(report, /\| Messages\/s: of Haraka, 4 KiB +\| +≥ 3 \| +4\.00 \| +met \|/);
  assert.match(report, /\| Messages\/s: of aiosmtpd, 4 KiB +\| +≥ 3 \| +– \| not measured \|/);
  assert.match(report, /\| mailchute +\| +4,500 · 250 \(± 17\) \|/);
  assert.match(report, /### Estimate: .*\n\n.*\| 2 cores \| 4 cores \| 8 cores \| 16 cores \|/);
});

test('formatReport() warns when something else wanted the machine', () => {
  const results = makeResults();
  assert.doesNotMatch(formatReport({ machine: MACHINE, results }), /not quiet/);
  const busy = formatReport({ machine: { ...MACHINE, loadBefore: 5.25 }, results });
  assert.match(busy, /\n\n\*\*The machine was not quiet:\*\* 5\.3 processes wanted its 2 cores/);
});

test('putIntoPage() changes what stands between the marks and nothing else', () => {
  const page = 'before\n<!-- figures: begin -->\nold\n<!-- figures: end -->\nafter\n';
  const once = putIntoPage(page, 'new');
  assert.equal(once, 'before\n<!-- figures: begin -->\n\nnew\n\n<!-- figures: end -->\nafter\n');
  assert.equal(putIntoPage(once, 'new'), once);
  assert.throws(() => putIntoPage('no marks', 'new'), /lacks the lines/);
});

test('drawBars() scales each panel to its longest bar, leaves out what was not measured, and escapes', () => {
  const bars = [{ label: 'a < b', value: 100, isOurs: true }, { label: 'half', value: 50 }, {
    label: 'no',
    value: NaN,
  }];
  const svg = drawBars({ title: 'T & T', panels: [{ title: 'P', bars }], format: (value) => `${value}/s` });
  assert.match(svg, /^<svg [^>]*viewBox="0 0 720 122"/);
  const widths = [...svg.matchAll(/<rect x="190" [^>]*width="([\d.]+)"/g)].map(([, width]) => Number(width));
  assert.deepEqual(widths, [440, 220]);
  assert.match(svg, /T &amp; T/);
  assert.match(svg, />a &lt; b</);
  assert.match(svg, />100\/s</);
  assert.doesNotMatch(svg, /NaN|>no</);
});

test('drawCharts() draws what was measured', () => {
  const charts = drawCharts(makeResults());
  assert.deepEqual(charts.map(({ name }) => name), ['rate.svg', 'cpu.svg']);
  assert.match(charts[0]?.svg ?? '', />mailchute</);
});
