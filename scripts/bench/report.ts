// Puts the figures together: targets, tables, what is missing, and the estimate for more cores.
import { simulateRate } from './core-estimate.ts';
import { describeMachine, type Machine } from './machine.ts';
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
  const missing = results.missing.map((text) => `- **not measured:** ${text.replaceAll('\n', ' ')}`);
  return [
    describeMachine(machine),
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

/** Half of the cores for workers, which is where the gateway and the broker share them about evenly. */
function toEstimate(results: Results): ReportTable[] {
  const { loads } = results.outline(THROUGHPUT);
  const rows = loads.flatMap((load) => {
    const of = (contender: string, metric: string) => results.median({ section: THROUGHPUT, load, contender }, metric);
    const [gatewayUs, allUs] = [of('mailchute', 'cpuUs'), of('mailchute', 'brokerUs')];
    // The queue takes no longer than the bare publisher's rate says, and no more than all of the broker.
    const queueUs = Math.min(allUs, 1e6 / of('raw AMQP', 'rate'));
    if (!Number.isFinite(gatewayUs + queueUs)) return [];
    const cost = { gatewayUs, queueUs, brokerUs: allUs - queueUs };
    const rate = (cores: number) => {
      const workers = Math.max(1, cores / 2);
      return formatFigure(simulateRate(cost, { cores, workers, sessions: 20 * workers }));
    };
    const costs = [gatewayUs, queueUs, cost.brokerUs].map((us) => us.toFixed(0)).join(' + ');
    return [[`${load} (${costs} µs)`, ...CORES.map(rate)]];
  });
  if (rows.length === 0) return [];
  const head = ['gateway + queue + rest of the broker', ...CORES.map((cores) => `${cores} cores`)];
  const title = 'Estimate: messages/s by cores, one worker for every two, one queue, clients on other machines';
  return [{ title, text: formatTable([head, ...rows]) }];
}
