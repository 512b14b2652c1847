// Runs a Postfix of the test's own, with its own configuration and queue, which hands one message to a smart host.
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { chmodSync, existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { type Handover, runSender, SENDER_NAME } from './handover.ts';

const PROGRAM = '/usr/sbin/postfix';
const DEADLINE_MS = 30_000;

/** The daemons that pick up a message and send it; none of them in a chroot, none of them listening to the net. */
const MASTER = `
postlog   unix-dgram n - n - 1 postlogd
pickup    unix n - n 60 1 pickup
cleanup   unix n - n - 0 cleanup
qmgr      unix n - n 300 1 qmgr
tlsmgr    unix - - n 1000? 1 tlsmgr
rewrite   unix - - n - - trivial-rewrite
bounce    unix - - n - 0 bounce
defer     unix - - n - 0 bounce
trace     unix - - n - 0 bounce
flush     unix n - n 1000? 0 flush
proxymap  unix - - n - - proxymap
smtp      unix - - n - - smtp
retry     unix - - n - - error
error     unix - - n - - error
`;

const QUEUES = [
  ...['active', 'bounce', 'corrupt', 'defer', 'deferred', 'flush', 'hold', 'incoming', 'maildrop', 'pid', 'private'],
  ...['public', 'saved', 'trace'],
];

function toMain({ port, tls, login, host, ca, source, directory }: Handover): string {
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
    'compatibility_level = 3.6',
    `queue_directory = ${join(directory, 'queue')}`,
    `data_directory = ${join(directory, 'data')}`,
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
    '',
  ].join('\n');
}

/** Sends one message; rejects with the log when it is not sent at the first attempt. */
export async function sendByPostfix(handover: Handover): Promise<void> {
  if (!existsSync(PROGRAM)) throw new Error('postfix is missing: install the Debian package postfix');
  if (process.getuid?.() !== 0) throw new Error('Cannot run Postfix: run the tests as root');
  const { directory, from, to, content } = handover;
  const configuration = join(directory, 'etc');
  mkdirSync(configuration);
  writeFileSync(join(configuration, 'main.cf'), toMain(handover));
  writeFileSync(join(configuration, 'master.cf'), MASTER);
  const places = ['data', ...QUEUES.map((name) => join('queue', name))].map((name) => join(directory, name));
  await runSender('install', ['--directory', '--owner=postfix', ...places], '');
  // Its daemons are another user's, who has to get there. The file says that all is in place, which saves long checks.
  chmodSync(directory, 0o755);
  writeFileSync(join(directory, 'queue', 'quick-start'), '');
  // It logs to a pipe, not to the socket that a child process has for one. In a process namespace of their own, all
  // daemons go when the first process goes.
  const script = '"$@" 2>&1 | cat';
  const postfix = [PROGRAM, '-c', configuration, 'start-fg'];
  const child = spawn('unshare', ['--pid', '--fork', '--kill-child', 'sh', '-c', script, 'sh', ...postfix], {
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
