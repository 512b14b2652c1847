// Runs a Postfix of the test's own, with its own configuration and queue, which hands one message to a smart host.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import process from 'node:process';
import { type Handover, runSender, SENDER_NAME } from './handover.ts';
import { IN_NAMESPACE, POSTFIX, preparePostfix } from './postfix-instance.ts';

const DEADLINE_MS = 30_000;

function toMain({ port, tls, login, host, ca, source }: Handover): string[] {
  const security = tls === 'none' ? ['smtp_tls_security_level = none'] : [
    'smtp_tls_security_level = secure',
    `smtp_tls_wrappermode = ${tls === 'implicit' ? 'yes' : 'no'}`,
    `smtp_tls_secure_cert_match = ${host}`,
    `smtp_tls_CAfile = ${ca}`,
  ];
  const authentication = login === undefined ? [] : [
    'smtp_sasl_auth_enable = yes',
    'smtp_sasl_mechanism_filter = plain',
    'smtp_sasl_security_options = noanonymous',
    `smtp_sasl_password_maps = inline:{ { [127.0.0.1]:${port} = ${login.username}:${login.password} } }`,
  ];
  return [
    'maillog_file = /dev/stdout',
    `myhostname = ${SENDER_NAME}`,
    'mydestination =',
    'alias_maps =',
    'inet_protocols = ipv4',
    'inet_interfaces = loopback-only',
    `smtp_bind_address = ${source}`,
    `relayhost = [127.0.0.1]:${port}`,
    ...security,
    ...authentication,
  ];
}

/** Sends one message; rejects with the log when it is not sent at the first attempt. */
export async function sendByPostfix(handover: Handover): Promise<void> {
  if (!existsSync(POSTFIX)) throw new Error('postfix is missing: install the Debian package postfix');
  if (process.getuid?.() !== 0) throw new Error('Cannot run Postfix: run the tests as root');
  const { directory, from, to, content } = handover;
  const { configuration, command } = await preparePostfix({
    directory,
    main: toMain(handover),
    // The one that sends; none listens to the net.
    services: ['smtp      unix - - n - - smtp'],
  });
  // It logs to a pipe, not to the socket that a child process has for one.
  const script = '"$@" 2>&1 | cat';
  const [unshare = '', ...options] = IN_NAMESPACE;
  const child = spawn(unshare, [...options, 'sh', '-c', script, 'sh', ...command], {
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const gone = once(child, 'close');
  const log = new DaemonLog(child);
  try {
    await log.until(/daemon started/);
    await runSender('/usr/sbin/sendmail', ['-C', configuration, '-i', '-f', from, '--', to], content);
    const [, status] = await log.until(/ status=(\w+)/);
    if (status !== 'sent') throw new Error(`Postfix did not send: ${log.text}`);
  } finally {
    child.kill('SIGKILL');
    await gone;
  }
}

/** What the daemons log, to wait for. */
class DaemonLog {
  text = '';
  readonly #child: ChildProcess;
  #wake = () => {};
  #isOver = false;

  constructor(child: ChildProcess) {
    this.#child = child;
    for (const stream of [child.stdout, child.stderr]) {
      stream?.setEncoding('utf8').on('data', (text: string) => {
        this.text += text;
        this.#wake();
      });
    }
    child.once('close', () => {
      this.#isOver = true;
      this.#wake();
    });
  }

  /** Resolves when a line matches; rejects with the log when the daemons end before, which they do when it lasts. */
  async until(expected: RegExp): Promise<RegExpExecArray> {
    const deadline = setTimeout(() => this.#child.kill('SIGKILL'), DEADLINE_MS);
    try {
      for (;;) {
        const found = expected.exec(this.text);
        if (found !== null) return found;
        if (this.#isOver) throw new Error(`Postfix ended before ${expected}: ${this.text}`);
        await new Promise<void>((resolve) => this.#wake = resolve);
      }
    } finally {
      clearTimeout(deadline);
    }
  }
}
