// Shows what hostile mail costs where reports are recognised and parsed: milliseconds for an input and for twice of it.
import { spawnSync } from 'node:child_process';
import { gzipSync } from 'node:zlib';
import { splitHeaderSection } from '../../src/mail/header-section.ts';
import { parseReport } from '../../src/reports/parse-report.ts';
import { recogniseReport } from '../../src/reports/recognise-report.ts';
import type { ReportKind } from '../../src/mail/report-kind.ts';

/** A hostile mail of about `bytes` bytes. */
type Attack = (bytes: number) => Buffer;

const MB = 1024 * 1024;
const ROUNDS = 5;
/** Twice the input may cost so many times as much; milliseconds below which a ratio is noise. */
const MAX_RATIO = 2.5;
const NOISE_MS = 20;
const REPORT = 'Content-Type: multipart/report; report-type=delivery-status; boundary="b"\r\n';

/** The text over and over, as the strings the mails are made of; latin1 keeps one byte a character. */
function repeated(text: string, bytes: number): string {
  return Buffer.alloc(bytes, text).toString('latin1');
}

function nested(bytes: number): Buffer {
  const lines = [REPORT, '\r\n--b\r\n'];
  let length = 0;
  for (let depth = 0; length < bytes; depth++) {
    const line = `Content-Type: multipart/mixed; boundary="n${depth}"\r\n\r\n--n${depth}\r\n`;
    length += line.length;
    lines.push(line);
  }
  return Buffer.from(lines.join(''));
}

function bomb(type: string): (bytes: number) => Buffer {
  return (bytes) => {
    const xml = `<feedback><report_metadata>${repeated('<a>', bytes * 4)}`;
    const body = gzipSync(xml, { level: 1 }).toString('base64').replace(/.{76}/g, '$&\r\n');
    return Buffer.from(
      `Content-Type: ${type}; name="a!b!1700000000!1700086399.xml.gz"\r\nContent-Transfer-Encoding: base64\r\n\r\n${body}`,
    );
  };
}

function dmarc(inner: (bytes: number) => string): Attack {
  return (bytes) =>
    Buffer.from(
      `Content-Type: text/xml; name="a!b!1700000000!1700086399.xml"\r\n\r\n<feedback>${inner(bytes)}</feedback>`,
    );
}

const DAEMON = 'From: MAILER-DAEMON@example.com\r\nSubject: failure notice\r\n';
const ATTACKS: Readonly<Record<string, Attack>> = {
  'nested multiparts': nested,
  'multiparts that open and close': (bytes) =>
    Buffer.from(
      `${REPORT}\r\n${
        repeated('--b\r\nContent-Type: multipart/mixed; boundary=c\r\n\r\n--c\r\n\r\nx\r\n--c--\r\n', bytes)
      }`,
    ),
  'parts without end': (bytes) => Buffer.from(`${REPORT}\r\n${repeated('--b\r\n\r\n', bytes)}`),
  'lines of hyphens': (bytes) => Buffer.from(`${REPORT}\r\n${repeated('--\r\n', bytes)}`),
  'almost the boundary': (bytes) =>
    Buffer.from(`${REPORT.replace('"b"', `"${'x'.repeat(200)}"`)}\r\n${repeated(`--${'x'.repeat(199)}\r\n`, bytes)}`),
  'an endless header line': (bytes) => Buffer.from(`Content-Type: multipart/report; ${repeated('a=b; ', bytes)}`),
  'endless header fields': (bytes) => Buffer.from(repeated('Subject: =?utf-8?q?=41?=\r\n', bytes)),
  'an endless folded field': (bytes) => Buffer.from(`Subject:${repeated(' =?utf-8?q?=41?=\r\n', bytes)}`),
  'a wall of format=flowed': (bytes) =>
    Buffer.from(`${DAEMON}Content-Type: text/plain; format=flowed\r\n\r\n${repeated('> a \r\n', bytes)}`),
  'a wall without line ends': (bytes) => Buffer.from(`${DAEMON}\r\n${repeated('a@b.', bytes)}`),
  'a wall of open angles': (bytes) => Buffer.from(`${DAEMON}Content-Type: text/html\r\n\r\n${repeated('<', bytes)}`),
  'a wall of quoted-printable': (bytes) =>
    Buffer.from(`${DAEMON}Content-Transfer-Encoding: quoted-printable\r\n\r\n${repeated('=3D=\r\n', bytes)}`),
  'a status part of short lines': (bytes) =>
    Buffer.from(`${REPORT}\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n${repeated('a:\r\n', bytes)}`),
  'a status part of empty groups': (bytes) =>
    Buffer.from(
      `${REPORT}\r\n--b\r\nContent-Type: message/delivery-status\r\n\r\n${repeated('Final-Recipient:\r\n\r\n', bytes)}`,
    ),
  'a returned message of short lines': (bytes) =>
    Buffer.from(`${REPORT}\r\n--b\r\nContent-Type: message/rfc822\r\n\r\n${repeated('a:\r\n', bytes)}`),
  'a DMARC report of rows': dmarc((bytes) => repeated('<record><row><count>1</count></row></record>', bytes)),
  'a DMARC report of open tags': dmarc((bytes) => repeated('<a>', bytes)),
  'a DMARC report of one text': dmarc((bytes) => repeated('x', bytes)),
  'a DMARC report of entities': dmarc((bytes) => repeated('&amp;', bytes)),
  'a DMARC report of attributes': dmarc((bytes) => `<a ${repeated('b="" ', bytes)}/>`),
  'a DMARC report of broken markup': dmarc((bytes) => repeated('<&', bytes)),
  'a gzip bomb': bomb('application/gzip'),
  'a TLS report of brackets': (bytes) =>
    Buffer.from(`Content-Type: application/tlsrpt+json\r\n\r\n${repeated('[', bytes)}`),
  'a TLS report of commas': (bytes) =>
    Buffer.from(`Content-Type: application/tlsrpt+json\r\n\r\n{"policies":[${repeated('{},', bytes)}{}]}`),
};

const KINDS: readonly ReportKind[] = ['dsn', 'arf', 'mdn', 'dmarc', 'tls-rpt', 'unstandard'];

/** The fastest of some rounds, in milliseconds. */
async function fastest(work: () => unknown): Promise<number> {
  let best = Infinity;
  for (let round = 0; round < ROUNDS; round++) {
    const start = performance.now();
    await work();
    best = Math.min(best, performance.now() - start);
  }
  return best;
}

async function measure(content: Buffer): Promise<{ scan: number; recognise: number; parse: number }> {
  const scan = await fastest(() => splitHeaderSection([content]));
  const { header, body } = splitHeaderSection([content]);
  const recognise = await fastest(() => recogniseReport(header, body));
  const kind = recogniseReport(header, body);
  // What was not recognised is never parsed; here it is, by the heaviest parser.
  let parse = 0;
  for (const tried of kind === undefined ? KINDS : [kind]) {
    parse = Math.max(parse, await fastest(() => parseReport(tried, [content])));
  }
  return { scan, recognise, parse };
}

function ratio(once: number, twice: number): string {
  return twice < NOISE_MS ? '-' : (twice / Math.max(once, NOISE_MS / 2)).toFixed(2);
}

/** One attack in a process of its own, so that its memory can be told from the others'. */
async function measureOne(name: string, bytes: number): Promise<string> {
  const once = await measure(ATTACKS[name]?.(bytes) ?? Buffer.alloc(0));
  const twice = await measure(ATTACKS[name]?.(2 * bytes) ?? Buffer.alloc(0));
  const ratios = [ratio(once.recognise, twice.recognise), ratio(once.parse, twice.parse)];
  if (ratios.some((text) => Number(text) > MAX_RATIO)) process.exitCode = 1;
  return [
    name.padEnd(36),
    `recognise ${once.recognise.toFixed(2)} ${twice.recognise.toFixed(2)} x${ratios[0]}`.padEnd(30),
    `parse ${once.parse.toFixed(0)} ${twice.parse.toFixed(0)} x${ratios[1]}`.padEnd(26),
    `${Math.round(process.resourceUsage().maxRSS / 1024)} MB`,
  ].join(' ');
}

const [megabytes = '5', chosen] = process.argv.slice(2);
const bytes = Number(megabytes) * MB;
if (chosen !== undefined) {
  console.log(await measureOne(chosen, bytes));
} else {
  console.log(`ms for ${megabytes} MB and twice that, best of ${ROUNDS}; peak memory of the process`);
  for (const name of Object.keys(ATTACKS)) {
    const { status, stdout, stderr } = spawnSync(process.execPath, [import.meta.filename, megabytes, name], {
      encoding: 'utf8',
    });
    process.stdout.write(stdout);
    process.stderr.write(stderr);
    if (status !== 0) process.exitCode = 1;
  }
  if (process.exitCode === 1) console.error(`a doubled input costs more than ${MAX_RATIO} times as much`);
}
