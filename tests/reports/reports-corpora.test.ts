// The recogniser and the parser against outside mails, when there are some; the figures are what the project promises.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readCases } from '../../scripts/measure-reports/corpus.ts';
import { judge, MIN_PRECISION, MIN_RECALL, scoreOf } from '../../scripts/measure-reports/score.ts';

const corpora = process.env['MAILCHUTE_CORPORA'];

test('each kind of report is recognised as often and as rightly as promised', async (context) => {
  if (corpora === undefined) {
    context.diagnostic('no corpora: MAILCHUTE_CORPORA is not set');
    return;
  }
  const outcomes = [];
  for (const one of readCases(corpora)) outcomes.push(await judge(one));
  assert.ok(outcomes.length > 0);
  for (const { label, recall, precision } of scoreOf(outcomes)) {
    assert.ok(recall >= MIN_RECALL, `${label}: recall ${recall}`);
    assert.ok(precision >= MIN_PRECISION, `${label}: precision ${precision}`);
  }
});
