// Rules between the keys of TLS: what needs a certificate, and what a certificate needs.

import { SELF_SIGNED } from './certificates.ts';
import type { Effective } from './effective.ts';
import type { KeyName } from './keys.ts';
import type { Findings } from './merge.ts';

/** The doors; their keys begin so. */
type Door = 'smtp' | 'http';

/** Applies the rules; in the result, logins bring a certificate with them. */
export function checkTls(effective: Effective, findings: Findings): Effective {
  for (const door of ['smtp', 'http'] as const) {
    checkKey(effective, { door, findings });
    checkPorts(effective, { door, findings });
  }
  const complete = withCertificate(effective, findings);
  for (const door of ['smtp', 'http'] as const) checkNeeds(complete, { door, findings });
  checkUnused(complete, findings);
  return complete;
}

interface Check {
  readonly door: Door;
  readonly findings: Findings;
}

function checkKey({ config, given }: Effective, { door, findings: { faults } }: Check): void {
  const where = given.get(`${door}-key`)?.where;
  if (where === undefined || config[`${door}-key`] === undefined) return;
  const certificate = config[`${door}-certificate`];
  if (certificate === undefined) {
    faults.push({ where, text: `is the key of no certificate: set ${door}-certificate, too` });
  }
  if (certificate === SELF_SIGNED) {
    faults.push({ where, text: `does not go with ${door}-certificate: ${SELF_SIGNED}, which brings its own key` });
  }
}

function checkPorts({ config, given }: Effective, { door, findings: { faults } }: Check): void {
  const twice = config[`${door}-secure-port`].filter((port) => config[`${door}-port`].includes(port));
  if (twice.length === 0) return;
  const other = given.get(`${door}-port`)?.origin ?? 'the default';
  const text = `${twice.join(', ')} is in ${door}-port (${other}), too: a port is either plain or secure`;
  faults.push({ where: given.get(`${door}-secure-port`)?.where ?? `${door}-secure-port`, text });
}

/** SMTP logins are taken inside TLS only, so without a certificate nobody could log in. */
function withCertificate(effective: Effective, { warnings }: Findings): Effective {
  const { config, given } = effective;
  const because = (['smtp-auth', 'smtp-username'] as const).find((name) => config[name] !== undefined);
  if (config['smtp-certificate'] !== undefined || because === undefined) return effective;
  const { origin, where } = given.get(because) ?? { origin: 'default', where: because };
  const text = `smtp-certificate is not set: ${SELF_SIGNED} is used, which clients that verify certificates refuse`;
  warnings.push({ where, text });
  return {
    config: { ...config, 'smtp-certificate': SELF_SIGNED },
    given: new Map([
      ...given,
      ['smtp-certificate', { text: SELF_SIGNED, origin: `${because} (${origin})`, where }] as const,
    ]),
  };
}

function checkNeeds({ config, given }: Effective, { door, findings: { faults, warnings } }: Check): void {
  if (config[`${door}-certificate`] !== undefined) return;
  const whereOf = (name: KeyName) => given.get(name)?.where ?? name;
  if (config[`${door}-secure-port`].length > 0) {
    const text = `needs ${door}-certificate: set it to the path of a certificate, or to ${SELF_SIGNED}`;
    faults.push({ where: whereOf(`${door}-secure-port`), text });
  }
  if (config[`${door}-ciphers`] !== undefined) {
    warnings.push({ where: whereOf(`${door}-ciphers`), text: `has no effect: ${door}-certificate is not set` });
  }
}

/** HTTP has no STARTTLS. */
function checkUnused({ config, given }: Effective, { warnings }: Findings): void {
  if (config['http-certificate'] === undefined || config['http-secure-port'].length > 0) return;
  const where = given.get('http-certificate')?.where ?? 'http-certificate';
  warnings.push({ where, text: 'has no effect: http-secure-port is not set' });
}
