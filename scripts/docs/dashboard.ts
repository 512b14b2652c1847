// Writes the Grafana dashboard (docs/grafana-dashboard.json) from a table of panels.

/** One graph or number. */
export interface Panel {
  readonly title: string;
  /** What to look for in it. */
  readonly help: string;
  readonly kind: 'timeseries' | 'stat';
  /** Grafana's name of a unit. */
  readonly unit: string;
  /** Prometheus expressions, each with the legend of its lines. */
  readonly lines: readonly (readonly [expression: string, legend: string])[];
}

const JOB = '{job=~"$job",instance=~"$instance"}';
const rate = (metric: string, by: string, job = JOB) => `sum by (${by}) (rate(${metric}${job}[$__rate_interval]))`;
const quantile = (share: number, metric: string, by = 'le') =>
  `histogram_quantile(${share}, ${rate(`${metric}_bucket`, by)})`;
const where = (match: string) => `{job=~"$job",instance=~"$instance",${match}}`;

/** The panels, row by row. */
export const PANELS: readonly { readonly row: string; readonly panels: readonly Panel[] }[] = [
  {
    row: 'At a glance',
    panels: [
      {
        title: 'Ready',
        help: 'Gateways whose /readyz answers 200.',
        kind: 'stat',
        unit: 'short',
        lines: [[`sum(mailchute_ready${JOB})`, 'ready'], [`count(mailchute_ready${JOB})`, 'all']],
      },
      {
        title: 'Messages accepted',
        help: 'Durable in a queue, and the sender told so.',
        kind: 'stat',
        unit: 'cps',
        lines: [[rate('mailchute_messages_total', 'outcome', where('outcome="accepted"')), 'accepted']],
      },
      {
        title: 'Waiting in the spool',
        help: 'Above zero: RabbitMQ is away, or refuses a record.',
        kind: 'stat',
        unit: 'short',
        lines: [[`sum(mailchute_spool_records${JOB})`, 'records']],
      },
      {
        title: 'Versions',
        help: 'More than one while a new version is rolled out.',
        kind: 'stat',
        unit: 'short',
        lines: [[
          `count by (version, commit, runtime) (mailchute_build_info${JOB})`,
          '{{version}} {{commit}} {{runtime}}',
        ]],
      },
    ],
  },
  {
    row: 'Mail',
    panels: [
      {
        title: 'Messages by outcome',
        help: 'deferred: the sender tries again; rejected: it does not.',
        kind: 'timeseries',
        unit: 'cps',
        lines: [[rate('mailchute_messages_total', 'door, outcome'), '{{door}} {{outcome}}']],
      },
      {
        title: 'Recipients by queue',
        help: 'Records that were promised to senders.',
        kind: 'timeseries',
        unit: 'cps',
        lines: [[rate('mailchute_recipients_total', 'queue', where('outcome="accepted"')), '{{queue}}']],
      },
      {
        title: 'Deferred and rejected by reason',
        help: 'not-durable, memory and storage-full are about this gateway; the others about the messages.',
        kind: 'timeseries',
        unit: 'cps',
        lines: [[rate('mailchute_refusals_total', 'outcome, reason'), '{{outcome}} {{reason}}']],
      },
      {
        title: 'Content',
        help: 'Bytes of messages that came in completely.',
        kind: 'timeseries',
        unit: 'Bps',
        lines: [[rate('mailchute_content_bytes_total', 'door'), '{{door}}']],
      },
    ],
  },
  {
    row: 'Doors',
    panels: [
      {
        title: 'Open sessions and connections',
        help: 'Bounded by smtp-connections and http-connections.',
        kind: 'timeseries',
        unit: 'short',
        lines: [[`sum by (door) (mailchute_sessions_open${JOB})`, '{{door}}']],
      },
      {
        title: 'New sessions and connections',
        help: 'Many for few messages: clients that do not keep their connections.',
        kind: 'timeseries',
        unit: 'cps',
        lines: [[rate('mailchute_sessions_total', 'door'), '{{door}}']],
      },
      {
        title: 'Refused instead of a greeting, refused commands',
        help: 'By reason; a jump in range or credentials is somebody trying.',
        kind: 'timeseries',
        unit: 'cps',
        lines: [
          [rate('mailchute_sessions_refused_total', 'reason'), 'session {{reason}}'],
          [rate('mailchute_smtp_commands_rejected_total', 'reason'), 'command {{reason}}'],
        ],
      },
      {
        title: 'HTTP answers, logins',
        help: '5xx: the gateway could not store; 4xx: the clients are to change something.',
        kind: 'timeseries',
        unit: 'cps',
        lines: [
          [rate('mailchute_http_responses_total', 'status'), 'HTTP {{status}}'],
          [rate('mailchute_logins_total', 'result'), 'login {{result}}'],
        ],
      },
    ],
  },
  {
    row: 'Time',
    panels: [
      {
        title: 'From the last byte to the answer',
        help: 'What senders wait for: checks, encoding, and the confirm or the disk.',
        kind: 'timeseries',
        unit: 's',
        lines: [
          [quantile(0.5, 'mailchute_accept_duration_seconds', 'le, door'), '{{door}} p50'],
          [quantile(0.99, 'mailchute_accept_duration_seconds', 'le, door'), '{{door}} p99'],
        ],
      },
      {
        title: 'Publishing',
        help: 'From handing over the records of a message until the last is confirmed.',
        kind: 'timeseries',
        unit: 's',
        lines: [
          [quantile(0.5, 'mailchute_publish_duration_seconds'), 'p50'],
          [quantile(0.99, 'mailchute_publish_duration_seconds'), 'p99'],
        ],
      },
      {
        title: 'Checks, p99',
        help: 'DNS and spamd.',
        kind: 'timeseries',
        unit: 's',
        lines: [[quantile(0.99, 'mailchute_check_duration_seconds', 'le, check'), '{{check}}']],
      },
      {
        title: 'Event loop, p99 lag',
        help: 'Above 0.25 s for long: the process is busy; see smtp-threads.',
        kind: 'timeseries',
        unit: 's',
        lines: [[`nodejs_eventloop_lag_p99_seconds${JOB}`, '{{instance}}']],
      },
    ],
  },
  {
    row: 'Queue',
    panels: [
      {
        title: 'Records by result',
        help: 'stored, or the fault.',
        kind: 'timeseries',
        unit: 'cps',
        lines: [[rate('mailchute_records_total', 'queue, result'), '{{queue}} {{result}}']],
      },
      {
        title: 'Awaiting confirms',
        help: 'Near rabbitmq-throttle: the broker is the bottleneck.',
        kind: 'timeseries',
        unit: 'short',
        lines: [[`sum by (instance) (mailchute_confirms_awaited${JOB})`, '{{instance}}']],
      },
      {
        title: 'Connections to RabbitMQ',
        help: 'blocked: a memory or disk alarm of the broker.',
        kind: 'timeseries',
        unit: 'short',
        lines: [[`sum by (state) (mailchute_broker_connections${JOB})`, '{{state}}']],
      },
      {
        title: 'Bytes in flight, in the spool, in the queue file',
        help: 'memory-limit bounds the first, spool-maxsize the third.',
        kind: 'timeseries',
        unit: 'bytes',
        lines: [
          [`sum(mailchute_content_room_bytes${JOB})`, 'in flight'],
          [`sum(mailchute_inflight_bytes${JOB})`, 'awaiting confirms'],
          [`sum by (instance) (mailchute_spool_bytes${JOB})`, 'spool {{instance}}'],
          [`sum by (instance) (mailchute_queue_file_bytes${JOB})`, 'file {{instance}}'],
        ],
      },
      {
        title: 'Embedded queue',
        help: 'Growing: its consumer is slower than the mail.',
        kind: 'timeseries',
        unit: 'short',
        lines: [[`sum by (instance, queue) (mailchute_queue_messages${JOB})`, '{{instance}} {{queue}}']],
      },
    ],
  },
  {
    row: 'Process',
    panels: [
      {
        title: 'Processor',
        help: 'One process fills about one core.',
        kind: 'timeseries',
        unit: 'percentunit',
        lines: [[`rate(process_cpu_seconds_total${JOB}[$__rate_interval])`, '{{instance}}']],
      },
      {
        title: 'Memory',
        help: 'memory-limit and up to 256 MB more.',
        kind: 'timeseries',
        unit: 'bytes',
        lines: [[`process_resident_memory_bytes${JOB}`, '{{instance}}']],
      },
      {
        title: 'Workers',
        help: 'silent or down for long: see the events.',
        kind: 'timeseries',
        unit: 'short',
        lines: [[`sum by (instance, state) (mailchute_workers${JOB})`, '{{instance}} {{state}}']],
      },
      {
        title: 'Warnings and errors in the log',
        help: 'Each name is explained in docs/troubleshooting.md.',
        kind: 'timeseries',
        unit: 'cps',
        lines: [[rate('mailchute_events_total', 'event', where('level=~"warning|error"')), '{{event}}']],
      },
    ],
  },
];

const WIDTH = 24;
const HEIGHT = { stat: 4, timeseries: 8 } as const;

/** The text of the file. */
export function toDashboardText(): string {
  return `${JSON.stringify(toDashboard(), null, 2)}\n`;
}

function toDashboard() {
  return {
    title: 'mailchute',
    uid: 'mailchute',
    schemaVersion: 39,
    editable: true,
    refresh: '30s',
    time: { from: 'now-3h', to: 'now' },
    templating: {
      list: [toSource(), toChoice('job', 'mailchute_ready'), toChoice('instance', 'mailchute_ready{job=~"$job"}')],
    },
    panels: toPanels(),
  };
}

function toSource() {
  return { name: 'datasource', label: 'Prometheus', type: 'datasource', query: 'prometheus' };
}

function toChoice(label: string, series: string) {
  const query = `label_values(${series}, ${label})`;
  const datasource = { type: 'prometheus', uid: '$datasource' };
  return { name: label, type: 'query', datasource, query, refresh: 2, multi: true, includeAll: true, allValue: '.*' };
}

function toPanels() {
  let top = 0;
  let id = 0;
  return PANELS.flatMap(({ row, panels }) => {
    const heading = {
      id: ++id,
      type: 'row',
      title: row,
      collapsed: false,
      gridPos: { x: 0, y: top++, w: WIDTH, h: 1 },
      panels: [],
    };
    const height = HEIGHT[panels[0]?.kind ?? 'timeseries'];
    const perLine = 4;
    const placed = panels.map((panel, index) => {
      const place = { x: (index % perLine) * (WIDTH / perLine), y: top + Math.floor(index / perLine) * height };
      return toPanel(panel, { id: ++id, gridPos: { ...place, w: WIDTH / perLine, h: height } });
    });
    top += Math.ceil(panels.length / perLine) * height;
    return [heading, ...placed];
  });
}

function toPanel({ title, help, kind, unit, lines }: Panel, place: { readonly id: number; readonly gridPos: object }) {
  return {
    ...place,
    type: kind,
    title,
    description: help,
    datasource: { type: 'prometheus', uid: '$datasource' },
    fieldConfig: { defaults: { unit, min: 0 }, overrides: [] },
    targets: lines.map(([expr, legendFormat], index) => ({
      refId: String.fromCharCode(65 + index),
      expr,
      legendFormat,
    })),
  };
}
