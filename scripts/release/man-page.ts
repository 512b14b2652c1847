// The man page mailchute(1), out of the tables of commands and keys that the program itself reads.
import { COMMANDS } from '../../src/commands/help.ts';
import { describeKey } from '../../src/config/describe-key.ts';
import { KEY_GROUPS, KEYS } from '../../src/config/keys.ts';
import { SYSTEM_FILE } from '../../src/config/load.ts';

/** The page in man's macros. */
export function toManPage({ version, date }: { readonly version: string; readonly date: string }): string {
  return [
    `.TH MAILCHUTE 1 "${date}" "mailchute ${version}" "User Commands"`,
    '.SH NAME',
    'mailchute \\- mail ingest gateway: SMTP and HTTP in, a durable queue out',
    '.SH SYNOPSIS',
    ...COMMANDS.flatMap(({ usage }, index) => [...index > 0 ? ['.br'] : [], `.B mailchute\n${escape(usage)}`]),
    '.SH DESCRIPTION',
    escape('Mail comes in by SMTP and by HTTP, passes one pipeline, and comes out as JSON records on a durable queue:'),
    escape(
      'RabbitMQ where rabbitmq-address is set, else an embedded queue. A 250 or a 2xx means that the message is durable.',
    ),
    escape('Without configuration only programs on the same machine are let in.'),
    '.SH COMMANDS',
    escape('Each takes --config-file PATH and --KEY=VALUE for every key below.'),
    ...COMMANDS.flatMap(({ usage, purpose }) => ['.TP', `.B ${escape(usage)}`, escape(`${purpose}.`)]),
    '.SH CONFIGURATION',
    escape(
      `Defaults, then ${SYSTEM_FILE}, the file of --config-file, the environment, the command line: a later one wins.`,
    ),
    escape('A file has one KEY: VALUE on each line; a line that starts with # is a comment.'),
    escape('A faulty configuration ends the start with exit code 2, and every fault on a line of its own.'),
    ...KEY_GROUPS.flatMap(({ title, names }) => [
      `.SS ${escape(title)}`,
      ...names.flatMap((name) => [
        '.TP',
        `.B ${escape(name)}`,
        escape(KEYS[name].doc),
        ...describeKey(name).filter(({ label }) => ['Accepts', 'Default', 'Environment'].includes(label))
          .flatMap(({ label, value }) => ['.br', escape(`${label}: ${value}`)]),
      ]),
    ]),
    '.SH SIGNALS',
    '.TP\n.B SIGTERM, SIGINT',
    escape('Stop accepting, finish what is in flight within drain-timeout, exit with 0. A second one ends at once.'),
    '.TP\n.B SIGHUP',
    escape('Read certificates and tokens again, open log files again.'),
    '.SH EXIT STATUS',
    escape('0: done. 1: it could not be done. 2: the configuration or the command line is at fault.'),
    '.SH FILES',
    `.I ${SYSTEM_FILE}`,
    '',
  ].join('\n');
}

/** Hyphens that can be copied, and nothing that man takes for a request of its own. */
function escape(value: string): string {
  return value.replaceAll('\\', '\\e').replaceAll('-', '\\-').replaceAll('…', '...').replaceAll(/^(?=[.'])/gm, '\\&');
}
