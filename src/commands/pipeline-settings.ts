// From configuration to what the pipeline knows of it.

import type { Config } from '../config/keys.ts';
import type { PipelineSettings } from '../pipeline/draft.ts';

/** The settings; what `opened` holds is what configuration alone does not say. */
export function toPipelineSettings(
  config: Config,
  opened: Pick<PipelineSettings, 'localAddresses' | 'requiresAuthentication'>,
): PipelineSettings {
  return {
    ...opened,
    addressPolicy: config['smtp-validate-address'],
    recipientsFrom: config['smtp-recipients'],
    maxRecipients: config['smtp-max-recipients'] || Infinity,
    lineEndings: config['smtp-line-endings'],
    eightBit: config['smtp-8bit'],
    addReceived: config['smtp-received'],
    resultsFor: config['smtp-auth-results'],
    ownNames: [config['smtp-hostname'] ?? [], ...config['mta-names'].values()].flat(),
    inbox: config['rabbitmq-inbox'],
    local: config['rabbitmq-local'],
    primary: config['rabbitmq-primary'],
    reports: config['rabbitmq-reports'],
    reportsFrom: config['smtp-reports'],
    refused: config['rabbitmq-refused'],
    refusedMaxBytes: config['refused-maxsize'],
    extract: config['smtp-extract'],
    ipMapping: {
      mappable: config['smtp-mappable-ips'],
      unmappable: config['smtp-unmappable-ips'],
      defaults: config['smtp-default-ips'],
    },
  };
}
