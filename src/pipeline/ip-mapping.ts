// The IP mapping step (MailerQ: smtp-mappable-ips): from which addresses the delivery may leave, written into `ips`.

import { isLoopback, normalizeIp } from '../mail/ip-address.ts';
import { rangesContain } from '../mail/ip-ranges.ts';
import type { Draft, IpMappingSettings, PipelineSettings } from './draft.ts';

/** Adds `ips` to mail that came in by SMTP, unless the message names its addresses or a pool itself. */
export function mapIps(draft: Draft, { ipMapping }: PipelineSettings): undefined {
  const { origin, properties: given = {} } = draft.submission;
  if (ipMapping === undefined || origin.door !== 'smtp') return;
  const isChosen = ['ips', 'pool'].some((name) => name in draft.properties || name in given);
  if (isChosen) return; // an `ips` beside a pool would silently win over it
  const local = normalizeIp(origin.connection.localIp);
  const ips = isMappable(local, ipMapping) ? [local] : ipMapping.defaults;
  if (ips.length > 0) draft.properties = { ...draft.properties, ips: [...ips] };
}

/** A loopback or unspecified address never leaves this host, so no delivery can start from it. */
function isMappable(address: string, { mappable, unmappable }: IpMappingSettings): boolean {
  if (address === '' || isLoopback(address) || address === '0.0.0.0' || address === '::') return false;
  if (unmappable !== undefined && rangesContain(unmappable, address)) return false;
  return mappable === undefined || rangesContain(mappable, address);
}
