// Puts the figures together: targets, tables, what is missing, and the estimate for more cores.
import { simulateRate } from './core-estimate.ts';
import { describeMachine, describeUnrest, type Machine } from './machine.ts';
import type { Results } from './results.ts';
import { type ReportTable, toTables } from './section-tables.ts';
import { THROUGHPUT } from './sections/throughput.ts';
import { formatFigure, formatTable } from './table.ts';
import { evaluateTargets, isMet } from './targets.ts';

const CORES = [2, 4, 8, 16] as const;
const [BEGIN, END] = ['<!-- figures: begin -->', '<!-- figures: end -->'];

/** The report as Markdown; `charts` are the names of drawings with their texts. */
export function formatReport(
  { machine, results }: { readonly machine: Machine; readonly results: Results },
  charts: readonly { readonly name: string; readonly alternative: string }[] = [],
): string {
  const tables = [toTargetTable(results), ...toTables(results), ...toEstimate(results)];
  const unrest = describeUnrest(machine);
  const missing = results.missing.map((text) => `- **not measured:** ${text.replaceAll('\n', ' ')}`);
  return [
    describeMachine(machine),
    ...(unrest === undefined ? [] : [unrest]),
    ...(missing.length === 0 ? [] : [missing.join('\n')]),
    ...tables.map(({ title, text }) => `### ${title}\n\n${text}`),
    ...charts.map(({ name, alternative }) => `![${alternative}](performance/${name})`),
  ].join('\n\n');
}

/** The page with the report in the place of the one before; throws when the page has no place for it. */
export function putIntoPage(page: string, report: string): string {
  const [from, to] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (from < 0 || to < from) throw new Error(`Cannot write the page: it lacks the lines ${BEGIN} and ${END}`);
  return `${page.slice(0, from + BEGIN.length)}\n\n${report}\n\n${page.slice(to)}`;
}

function toTargetTable(results: Results): ReportTable {
  const targets = evaluateTargets(results);
  const rows = targets.map((target) => {
    const met = isMet(target);
    const verdict = met === undefined ? 'not measured' : met ? 'met' : 'MISSED';
    const bar = `${target.bound === 'at least' ? '≥' : '≤'} ${target.bar}`;
    return [`${target.group}: ${target.what}`, bar, formatFigure(target.value), verdict];
  });
  const count = (wanted: boolean) => targets.filter((target) => isMet(target) === wanted).length;
  return {
    title: `Targets: ${count(true)} met, ${count(false)} missed (medians of the rounds' ratios)`,
    text: formatTable([['target', 'bar', 'measured', ''], ...rows]),
  };
}

/**
 * One worker for every two cores leaves the other half to the broker. That all of the broker's time for a message is
 * spent one message after the other is the worst case, near the truth for small ones: a queue is one Erlang process.
 */
function toEstimate(results: Results): ReportTable[] {
  const { loads } = results.outline(THROUGHPUT);
  const rows = loads.flatMap((load) => {
    const of = (metric: string) => results.median({ section: THROUGHPUT, load, contender: 'mailchute' }, metric);
    const cost = { gatewayUs: of('cpuUs'), queueUs: of('brokerUs') };
    if (!Number.isFinite(cost.gatewayUs + cost.queueUs)) return [];
    const rates = CORES.map((cores) => {
      const workers = Math.max(1, cores / 2);
      return formatFigure(simulateRate(cost, { cores, workers, sessions: 20 * workers }));
    });
    return [[load, cost.gatewayUs.toFixed(0), cost.queueUs.toFixed(0), ...rates]];
  });
  if (rows.length === 0) return [];
  const head = ['', 'gateway µs', 'RabbitMQ µs', ...CORES.map((cores) => `${cores} cores`)];
  const title = 'Estimate: messages/s by cores, one worker for every two, one queue, clients on other machines';
  return [{ title, text: formatTable([head, ...rows]) }];
}
