// Mail transfer agents nobody here wrote, told to hand everything to a door as their smart host, one message each.
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { sendByExim } from './exim.ts';
import { type Handover, runSender, SENDER_NAME } from './handover.ts';
import { sendByPostfix } from './postfix.ts';

/** One agent; `send` resolves when the smart host has taken the message and rejects with what the agent said. */
export interface MailSender {
  readonly name: string;
  send(handover: Handover): Promise<void>;
}

async function sendByMsmtp({ port, tls, login, host, ca, content, from, to, source, directory }: Handover) {
  const file = join(directory, 'msmtprc');
  const settings = [
    'account default',
    'host 127.0.0.1',
    `port ${port}`,
    `source_ip ${source}`,
    `domain ${SENDER_NAME}`,
    ...(tls === 'none' ? ['tls off'] : [
      'tls on',
      `tls_starttls ${tls === 'starttls' ? 'on' : 'off'}`,
      `tls_trust_file ${ca}`,
      `tls_host_override ${host}`,
    ]),
    ...(login === undefined ? [] : ['auth plain', `user ${login.username}`, `password ${login.password}`]),
  ];
  writeFileSync(file, settings.join('\n') + '\n', { mode: 0o600 });
  await runSender('msmtp', ['--file', file, '--from', from, '--', to], content);
}

/** Every agent; msmtp and Postfix come from the Debian packages of their names. */
export const MAIL_SENDERS: readonly MailSender[] = [
  { name: 'msmtp', send: sendByMsmtp },
  { name: 'Postfix', send: sendByPostfix },
  { name: 'Exim', send: sendByExim },
];
