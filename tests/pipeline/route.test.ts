// Routing: the table of MailerQ's queues for accepted mail; what is refused never comes here.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { routeRecipient } from '../../src/pipeline/route.ts';
import { SETTINGS } from '../support/submissions.ts';

const localAddresses = () => ({ isEmpty: false, includes: (address: string) => address === 'local@example.com' });

const table = [
  { name: 'no local queue and no list', settings: {}, queues: ['inbox', 'inbox'] },
  { name: 'another inbox', settings: { inbox: 'mail' }, queues: ['mail', 'mail'] },
  { name: 'a list without a local queue', settings: { localAddresses }, queues: ['inbox', 'inbox'] },
  { name: 'a local queue without a list', settings: { local: 'ours' }, queues: ['inbox', 'inbox'] },
  { name: 'a local queue and a list', settings: { local: 'ours', localAddresses }, queues: ['ours', 'inbox'] },
  { name: 'a primary queue, which is for urgent mail', settings: { primary: 'first' }, queues: ['inbox', 'inbox'] },
  {
    name: 'a refused queue, which is for nothing that is accepted',
    settings: { local: 'ours', localAddresses, refused: 'no', requiresAuthentication: true },
    queues: ['ours', 'inbox'],
  },
] as const;

for (const { name, settings, queues } of table) {
  test(`routeRecipient() with ${name}`, () => {
    const found = ['local@example.com', 'other@example.com'].map((address) =>
      routeRecipient({ address }, { ...SETTINGS, ...settings }, { isReport: false, isUrgent: false })
    );
    assert.deepEqual(found, queues);
  });
}

const reportTable = [
  { name: 'no queue for reports', settings: { local: 'ours', localAddresses }, queues: ['ours', 'inbox'] },
  { name: 'reports before local', settings: { local: 'ours', localAddresses, reports: 'r' }, queues: ['r', 'inbox'] },
  { name: 'reports without a local queue', settings: { localAddresses, reports: 'r' }, queues: ['r', 'inbox'] },
  { name: 'reports for everybody', settings: { reports: 'r', reportsFrom: 'all' }, queues: ['r', 'r'] },
  {
    name: 'a primary queue, which is in place of the inbox only',
    settings: { local: 'ours', localAddresses, reports: 'r', primary: 'first' },
    queues: ['r', 'first'],
  },
] as const;

for (const { name, settings, queues } of reportTable) {
  test(`routeRecipient() of a report with ${name}`, () => {
    const found = ['local@example.com', 'other@example.com'].map((address) =>
      routeRecipient({ address }, { ...SETTINGS, ...settings }, { isReport: true, isUrgent: true })
    );
    assert.deepEqual(found, queues);
  });
}

const urgentTable = [
  { name: 'no primary queue', settings: { local: 'ours', localAddresses }, queues: ['ours', 'inbox'] },
  { name: 'a primary queue', settings: { primary: 'first' }, queues: ['first', 'first'] },
  {
    name: 'a primary and a local queue',
    settings: { local: 'ours', localAddresses, primary: 'first' },
    queues: ['ours', 'first'],
  },
] as const;

for (const { name, settings, queues } of urgentTable) {
  test(`routeRecipient() of urgent mail with ${name}`, () => {
    const found = ['local@example.com', 'other@example.com'].map((address) =>
      routeRecipient({ address }, { ...SETTINGS, ...settings }, { isReport: false, isUrgent: true })
    );
    assert.deepEqual(found, queues);
  });
}
