// The closed set of what the gateway measures, with type, labels and meaning; docs/observability.md is checked against it.

/** One row: what is measured. */
export interface MetricRow {
  readonly type: 'counter' | 'gauge' | 'histogram';
  readonly help: string;
  readonly labels: readonly string[];
  /** Upper bounds in seconds; histograms only. */
  readonly buckets?: readonly number[];
  /** What several processes are together, where it is not their sum: all of them see the same. */
  readonly together?: 'max';
}

// From a commit on a fast disk to the longest time that a client waits after DATA (RFC 5321 section 4.5.3.2.6).
const SECONDS = [0.0005, 0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60];

/** The table. Units and endings follow the conventions of Prometheus. */
export const METRICS = {
  mailchute_messages_total: {
    type: 'counter',
    help:
      'Messages that came in completely, by what the sender was told; one in several queues has the queue "several"',
    labels: ['door', 'queue', 'outcome'],
  },
  mailchute_recipients_total: {
    type: 'counter',
    help: 'Recipients of the messages that came in completely',
    labels: ['door', 'queue', 'outcome'],
  },
  mailchute_refusals_total: {
    type: 'counter',
    help: 'Messages that came in completely and were deferred or rejected, by the reason',
    labels: ['door', 'outcome', 'reason'],
  },
  mailchute_content_bytes_total: {
    type: 'counter',
    help: 'Bytes of the content of messages that came in completely',
    labels: ['door'],
  },
  mailchute_sessions_total: {
    type: 'counter',
    help: 'SMTP sessions that were greeted, and HTTP connections',
    labels: ['door'],
  },
  mailchute_sessions_open: { type: 'gauge', help: 'Open SMTP sessions and HTTP connections', labels: ['door'] },
  mailchute_sessions_refused_total: {
    type: 'counter',
    help: 'SMTP sessions that were refused instead of a greeting, by the reason',
    labels: ['reason'],
  },
  mailchute_smtp_commands_rejected_total: {
    type: 'counter',
    help: 'SMTP commands that were answered with 4xx or 5xx, by the reason',
    labels: ['reason'],
  },
  mailchute_http_responses_total: {
    type: 'counter',
    help: 'HTTP requests by the status of their answer',
    labels: ['status'],
  },
  mailchute_logins_total: { type: 'counter', help: 'Logins at either door, by their result', labels: ['result'] },
  mailchute_accept_duration_seconds: {
    type: 'histogram',
    help: 'From the last byte of a message to the answer for its sender',
    labels: ['door'],
    buckets: SECONDS,
  },
  mailchute_check_duration_seconds: {
    type: 'histogram',
    help: 'Duration of one check of one message',
    labels: ['check'],
    buckets: SECONDS,
  },
  mailchute_publish_duration_seconds: {
    type: 'histogram',
    help: 'From handing the records of a message to the queue until the last is confirmed or has failed',
    labels: ['result'],
    buckets: SECONDS,
  },
  mailchute_records_total: {
    type: 'counter',
    help: 'Records handed to the queue, by what became of them: stored, or the fault',
    labels: ['queue', 'result'],
  },
  mailchute_confirms_awaited: {
    type: 'gauge',
    help: 'Records handed to the queue that are not confirmed yet',
    labels: [],
  },
  mailchute_inflight_bytes: {
    type: 'gauge',
    help: 'Encoded bytes of the records that are not confirmed yet, as they go to the queue',
    labels: [],
  },
  mailchute_content_room_bytes: {
    type: 'gauge',
    help:
      'Bytes that content and its encoded forms take of memory-limit, at both doors and on the way out of the spool',
    labels: [],
  },
  mailchute_broker_connections: {
    type: 'gauge',
    help: 'Publishing connections to RabbitMQ: connected, blocked by an alarm of the broker, or down',
    labels: ['state'],
  },
  mailchute_spool_records: {
    type: 'gauge',
    help: 'Records in the spool, which RabbitMQ is still to get',
    labels: ['queue'],
    together: 'max',
  },
  mailchute_spool_bytes: {
    type: 'gauge',
    help: 'Bytes in the spool, which spool-maxsize bounds',
    labels: [],
    together: 'max',
  },
  mailchute_queue_messages: {
    type: 'gauge',
    help: 'Records in each queue of the queue file',
    labels: ['queue'],
  },
  mailchute_queue_file_bytes: {
    type: 'gauge',
    help: 'Size of the queue file with its write-ahead log',
    labels: [],
  },
  mailchute_ready: { type: 'gauge', help: '1 while /readyz answers 200, else 0', labels: [] },
  mailchute_workers: {
    type: 'gauge',
    help: 'Processes that take mail: running, silent (they did not answer this time) and down',
    labels: ['state'],
  },
  mailchute_events_total: {
    type: 'counter',
    help: 'Events of the log, by their name',
    labels: ['event', 'level'],
  },
  mailchute_build_info: {
    type: 'gauge',
    help: 'Always 1; the labels say what runs',
    labels: ['version', 'commit', 'runtime'],
  },
} as const satisfies { readonly [name: string]: MetricRow };

/** Names by type. */
export type MetricName = keyof typeof METRICS;
/** Names of one type. */
export type MetricNameOf<Type extends MetricRow['type']> = {
  [Name in MetricName]: (typeof METRICS)[Name]['type'] extends Type ? Name : never;
}[MetricName];
/** What a metric is labelled with. */
export type LabelsOf<Name extends MetricName> = {
  readonly [Label in (typeof METRICS)[Name]['labels'][number]]: string;
};

/** One value of a metric, as prom-client writes it. */
export interface Sample {
  readonly labels: Readonly<{ [label: string]: string | number }>;
  readonly value: number;
  /** Where it differs from the metric's own: the parts of a histogram. */
  readonly metricName?: string;
}

/** One metric with its values in the JSON form of prom-client, which goes from process to process. */
export interface Family {
  readonly name: string;
  readonly help: string;
  readonly type: string;
  readonly aggregator: string;
  readonly values: readonly Sample[];
}
