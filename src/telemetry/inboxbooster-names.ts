// Inboxbooster's names for numbers that have others here, so that its dashboards and alerts go on working.

import type { Family, Sample } from './metrics.ts';

/** The queues of the queue file that Inboxbooster has names for; undefined where there are none. */
export interface InboxboosterQueues {
  readonly primary: string | undefined;
  readonly default: string | undefined;
}

/** The names with their meaning. */
export const INBOXBOOSTER_NAMES = {
  nbr_emails_enqueued_total: { type: 'counter', help: 'mailchute_messages_total with the outcome accepted' },
  nbr_recipients_total: { type: 'counter', help: 'mailchute_recipients_total with the outcome accepted' },
  nbr_dropped_emails_total: {
    type: 'counter',
    help: 'mailchute_messages_total with any other outcome; their senders were told',
  },
  primary_queue_messages: { type: 'gauge', help: 'mailchute_queue_messages of rabbitmq-primary' },
  default_queue_messages: { type: 'gauge', help: 'mailchute_queue_messages of rabbitmq-inbox' },
} as const;

/** The same numbers under Inboxbooster's names. */
export function toInboxboosterFamilies(families: readonly Family[], queues: InboxboosterQueues): Family[] {
  const sum = (name: string, isMeant: (sample: Sample) => boolean) =>
    families.find((family) => family.name === name)?.values.filter(isMeant).reduce((all, { value }) => all + value, 0);
  const isAccepted = ({ labels }: Sample) => labels['outcome'] === 'accepted';
  const ofQueue = (queue: string | undefined) =>
    queue === undefined ? undefined : sum('mailchute_queue_messages', ({ labels }) => labels['queue'] === queue);
  const values: { readonly [Name in keyof typeof INBOXBOOSTER_NAMES]: number | undefined } = {
    nbr_emails_enqueued_total: sum('mailchute_messages_total', isAccepted),
    nbr_recipients_total: sum('mailchute_recipients_total', isAccepted),
    nbr_dropped_emails_total: sum('mailchute_messages_total', (sample) => !isAccepted(sample)),
    primary_queue_messages: ofQueue(queues.primary),
    default_queue_messages: ofQueue(queues.default),
  };
  return Object.entries(INBOXBOOSTER_NAMES).flatMap(([name, row]) => {
    const value = values[name as keyof typeof INBOXBOOSTER_NAMES];
    return value === undefined ? [] : [{ name, ...row, aggregator: 'sum', values: [{ labels: {}, value }] }];
  });
}
