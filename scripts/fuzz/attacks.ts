// Hostile input of any size, for the measuring of what it costs: mails, and what stands in address fields.
import { gzipSync } from 'node:zlib';
import { makeZip } from '../../tests/reports/support/make-zip.ts';

/** A hostile mail of about `bytes` bytes. */
type Attack = (bytes: number) => Buffer;

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

/** Fields of the given start, as many as make the bytes together. */
function fields(count: number, field: (bytes: number) => string): Attack {
  return (bytes) => Buffer.from(repeated(field(bytes / count), bytes));
}

const DAEMON = 'From: MAILER-DAEMON@example.com\r\nSubject: failure notice\r\n';
/** Mails, by what is in them. */
export const MAIL_ATTACKS: Readonly<Record<string, Attack>> = {
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
  'x-mq fields without end': (bytes) => Buffer.from(repeated('x-mq-tag: a\r\n', bytes)),
  'x-mq fields of long lists': fields(500, (each) => `x-mq-ip: ${repeated('192.0.2.1,', each)}\r\n`),
  'a long folded x-mq field': (bytes) => Buffer.from(`x-mq-tag:${repeated(' =?utf-8?q?=41?=\r\n', bytes)}`),
  'Received fields without end': (bytes) => Buffer.from(repeated('Received: x\r\n', bytes)),
  'a header section of line ends': (bytes) => Buffer.from(repeated('\r', bytes)),
  'a header section of blank continuations': (bytes) => Buffer.from(`A: b\r\n${repeated(' \r\n', bytes)}`),
  'a long list of recipients': (bytes) => Buffer.from(`To: ${repeated('a@b.example,\r\n ', bytes)}`),
  'a recipient in deep comments': (bytes) => Buffer.from(`To: ${repeated('(', bytes)}`),
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
  'a zip bomb': (bytes) => {
    const zip = makeZip([{ name: 'a!b!1700000000!1700086399.xml', data: Buffer.alloc(bytes * 4, '<a>') }]);
    const body = zip.toString('base64').replace(/.{76}/g, '$&\r\n');
    return Buffer.from(
      `Content-Type: application/zip; name="a!b!1700000000!1700086399.zip"\r\nContent-Transfer-Encoding: base64\r\n\r\n${body}`,
    );
  },
  'a TLS report of brackets': (bytes) =>
    Buffer.from(`Content-Type: application/tlsrpt+json\r\n\r\n${repeated('[', bytes)}`),
  'a TLS report of commas': (bytes) =>
    Buffer.from(`Content-Type: application/tlsrpt+json\r\n\r\n{"policies":[${repeated('{},', bytes)}{}]}`),
};

/** Address lists, and texts that stand where one address should. */
export const ADDRESS_ATTACKS: Readonly<Record<string, (bytes: number) => string>> = {
  'a list of addresses': (bytes) => repeated('a@b.example, ', bytes),
  'a list of groups': (bytes) => repeated('a:b@c.example;', bytes),
  'deep comments': (bytes) => repeated('(', bytes),
  'comments that close': (bytes) => repeated('(', bytes / 2) + repeated(')', bytes / 2),
  'comments without end': (bytes) => repeated('(\\', bytes),
  'open angles': (bytes) => repeated('<', bytes),
  'quotes': (bytes) => repeated('"', bytes),
  'a quote of pairs': (bytes) => `"${repeated('\\"', bytes)}"@b.example`,
  'words without commas': (bytes) => repeated('a ', bytes),
  'at signs': (bytes) => repeated('@', bytes),
  'a route without end': (bytes) => `${repeated('@a,', bytes)}:b@c.example`,
  'a dot-string without end': (bytes) => `${repeated('a.', bytes)}@b.example`,
  'labels without end': (bytes) => `a@${repeated('b.', bytes)}`,
  'labels beyond ASCII': (bytes) => `a@${'\u00e9.'.repeat(bytes / 3)}`,
  'joiners': (bytes) => `a@${'\u0628\u200c'.repeat(bytes / 5)}`,
};
