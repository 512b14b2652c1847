// Rules between the keys of TLS: what needs a certificate, and what a certificate needs.

import { SELF_SIGNED } from './certificates.ts';
import type { Effective } from './effective.ts';
import type { KeyName } from './keys.ts';
import type { Findings } from './merge.ts';

/** Applies the rules; in the result, logins bring a certificate with them. */
export function checkTls(effective: Effective, findings: Findings): Effective {
  checkKey(effective, findings);
  checkPorts(effective, findings);
  const complete = withCertificate(effective, findings);
  checkNeeds(complete, findings);
  return complete;
}

function checkKey({ config, given }: Effective, { faults }: Findings): void {
  const where = given.get('smtp-key')?.where;
  if (where === undefined || config['smtp-key'] === undefined) return;
  const certificate = config['smtp-certificate'];
  if (certificate === undefined) {
    faults.push({ where, text: 'is the key of no certificate: set smtp-certificate, too' });
  }
  if (certificate === SELF_SIGNED) {
    faults.push({ where, text: `does not go with smtp-certificate: ${SELF_SIGNED}, which brings its own key` });
  }
}

function checkPorts({ config, given }: Effective, { faults }: Findings): void {
  const twice = config['smtp-secure-port'].filter((port) => config['smtp-port'].includes(port));
  if (twice.length === 0) return;
  const other = given.get('smtp-port')?.origin ?? 'the default';
  const text = `${twice.join(', ')} is in smtp-port (${other}), too: a port is either plain or secure`;
  faults.push({ where: given.get('smtp-secure-port')?.where ?? 'smtp-secure-port', text });
}

/** Logins are taken inside TLS only, so without a certificate nobody could log in. */
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

function checkNeeds({ config, given }: Effective, { faults, warnings }: Findings): void {
  if (config['smtp-certificate'] !== undefined) return;
  const whereOf = (name: KeyName) => given.get(name)?.where ?? name;
  if (config['smtp-secure-port'].length > 0) {
    const text = `needs smtp-certificate: set it to the path of a certificate, or to ${SELF_SIGNED}`;
    faults.push({ where: whereOf('smtp-secure-port'), text });
  }
  if (config['smtp-ciphers'] !== undefined) {
    warnings.push({ where: whereOf('smtp-ciphers'), text: 'has no effect: smtp-certificate is not set' });
  }
}
