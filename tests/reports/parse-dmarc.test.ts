// DMARC aggregate reports.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseDmarc } from '../../src/reports/parse-dmarc.ts';

const LIMITS = { maxRows: 3, deadline: new AbortController().signal };
const METADATA = '<report_metadata><org_name>Org</org_name><email>r@org.example</email><report_id>id</report_id>' +
  '<date_range><begin>1700000000</begin><end>1700086399</end></date_range></report_metadata>';
const POLICY =
  '<policy_published><domain>Example.com</domain><adkim>r</adkim><aspf>s</aspf><p>Reject</p><sp>none</sp>' +
  '<np>quarantine</np><pct>100</pct><fo>0</fo><testing>n</testing></policy_published>';
const RECORD = '<record><row><source_ip>192.0.2.1</source_ip><count>7</count><policy_evaluated>' +
  '<disposition>None</disposition><dkim>Pass</dkim><spf>fail</spf></policy_evaluated></row>' +
  '<identifiers><header_from>example.com</header_from><envelope_from>b.example.com</envelope_from>' +
  '<envelope_to>example.net</envelope_to></identifiers><auth_results>' +
  '<dkim><domain>example.com</domain><selector>s</selector><result>pass</result></dkim>' +
  '<spf><domain>b.example.com</domain><scope>mfrom</scope><result>fail</result></spf></auth_results></record>';

const parse = (xml: string) => parseDmarc(Buffer.from(xml), LIMITS);

test('metadata, policy and rows are taken over', async () => {
  assert.deepEqual(await parse(`<feedback>${METADATA}${POLICY}${RECORD}</feedback>`), {
    type: 'dmarc',
    organization: 'Org',
    email: 'r@org.example',
    'report-id': 'id',
    range: { begin: '2023-11-14T22:13:20.000Z', end: '2023-11-15T22:13:19.000Z' },
    policy: {
      domain: 'example.com',
      adkim: 'r',
      aspf: 's',
      p: 'reject',
      sp: 'none',
      np: 'quarantine',
      pct: '100',
      fo: '0',
      testing: 'n',
    },
    rows: [{
      'source-ip': '192.0.2.1',
      count: 7,
      disposition: 'none',
      dkim: 'pass',
      spf: 'fail',
      'header-from': 'example.com',
      'envelope-from': 'b.example.com',
      'envelope-to': 'example.net',
      auth: {
        dkim: [{ domain: 'example.com', result: 'pass', selector: 's' }],
        spf: [{ domain: 'b.example.com', result: 'fail', scope: 'mfrom' }],
      },
    }],
  });
});

test('rows beyond the limit are left out, and it is said', async () => {
  const report = await parse(`<feedback>${METADATA}${RECORD.repeat(10)}</feedback>`);
  assert.equal(report.rows.length, 3);
  assert.equal(report.truncated, true);
});

test('UTF-16, a byte order mark, another character set and dates as text are read', async () => {
  const named = METADATA.replace('Org', 'Größe');
  const dated = METADATA.replace('1700000000', '2023-11-14 22:13:20');
  const contents = [
    Buffer.from(`\ufeff<feedback>${METADATA}</feedback>`, 'utf16le'),
    Buffer.from(`\ufeff<feedback>${METADATA}</feedback>`),
    Buffer.from(`<?xml version="1.0" encoding="windows-1252"?><feedback>${named}</feedback>`, 'latin1'),
    Buffer.from(`<feedback>${dated}</feedback>`),
  ];
  for (const content of contents) {
    const report = await parseDmarc(content, LIMITS);
    assert.match(report.organization, /^(?:Org|Größe)$/);
    assert.equal(report.range.begin, '2023-11-14T22:13:20.000Z');
  }
});

test('what a row does not say is empty, and a count that is none is 0', async () => {
  const report = await parse(`<feedback>${METADATA}<record><row><count>-1</count></row></record></feedback>`);
  assert.deepEqual(report.rows, [{
    'source-ip': '',
    count: 0,
    disposition: '',
    dkim: '',
    spf: '',
    'header-from': '',
    auth: { dkim: [], spf: [] },
  }]);
});

test('what is no report is a fault', async () => {
  for (const xml of ['', 'text', '<invoice/>', '<feedback/>', `<feedback>${RECORD}</feedback>`]) {
    await assert.rejects(parse(xml), { name: 'ReportFault' }, xml);
  }
});
