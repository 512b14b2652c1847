// Clients nobody here wrote that log in: one message each, with the mechanism and the kind of TLS they are told.
import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import nodemailer from 'nodemailer';

/** What to send, and how to log in. */
export interface LoginDelivery {
  readonly port: number;
  /** TLS from the first byte, or after STARTTLS. */
  readonly tls: 'implicit' | 'starttls';
  readonly mechanism: 'PLAIN' | 'LOGIN';
  readonly username: string;
  readonly password: string;
  /** The name in the door's certificate, and the path of the certificate that vouches for it. */
  readonly host: string;
  readonly ca: string;
  readonly content: string;
  readonly from: string;
  readonly to: string;
}

/** One client. */
export interface LoginClient {
  readonly name: string;
  /** Resolves when the gateway has accepted; rejects with what the client said. */
  send(delivery: LoginDelivery): Promise<void>;
}

const DEADLINE_MS = 30_000;

function run(program: string, args: readonly string[], input: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const child = execFile(program, args, { timeout: DEADLINE_MS, encoding: 'utf8' }, (error, stdout, stderr) => {
      if (error === null) resolve();
      else reject(new Error(`${program}: ${stderr}${stdout}${error.message}`));
    });
    child.stdin?.on('error', () => {}); // a program that ended early is reported by its exit
    child.stdin?.end(input);
  });
}

/** `initial` is whether the credentials come with the AUTH command. */
const SMTPLIB = `
import smtplib, ssl, sys
port, tls, mechanism, initial, host, ca, user, password, sender, recipient = sys.argv[1:]
context = ssl.create_default_context(cafile=ca)
if tls == 'implicit':
    class Client(smtplib.SMTP_SSL):
        def _get_socket(self, host, port, timeout):
            raw = smtplib.socket.create_connection(('127.0.0.1', port), timeout)
            return context.wrap_socket(raw, server_hostname=self._host)
    client = Client(host, int(port), context=context)
else:
    client = smtplib.SMTP('127.0.0.1', int(port))
    client._host = host
    client.starttls(context=context)
client.ehlo()
client.user, client.password = user, password
step = client.auth_plain if mechanism == 'PLAIN' else client.auth_login
code, text = client.auth(mechanism, step, initial_response_ok=initial == 'initial')
assert code == 235, (code, text)
refused = client.sendmail(sender, [recipient], sys.stdin.buffer.read())
assert refused == {}, refused
client.quit()
`;

function smtplib(initial: 'initial' | 'challenge'): LoginClient {
  return {
    name: `Python smtplib with ${initial === 'initial' ? 'an initial response' : 'a challenge'}`,
    send: ({ port, tls, mechanism, username, password, host, ca, content, from, to }) =>
      run(
        'python3',
        ['-c', SMTPLIB, `${port}`, tls, mechanism, initial, host, ca, username, password, from, to],
        content,
      ),
  };
}

/** Every client; swaks needs Debian's libnet-ssleay-perl beside it. */
export const LOGIN_CLIENTS: readonly LoginClient[] = [
  {
    name: 'nodemailer',
    async send({ port, tls, mechanism, username, password, host, ca, content, from, to }) {
      const transport = nodemailer.createTransport({
        host: '127.0.0.1',
        port,
        secure: tls === 'implicit',
        requireTLS: tls === 'starttls',
        tls: { ca: readFileSync(ca), servername: host },
        authMethod: mechanism,
        auth: { user: username, pass: password },
      });
      try {
        await transport.sendMail({ envelope: { from, to: [to] }, raw: content });
      } finally {
        transport.close();
      }
    },
  },
  {
    name: 'curl',
    send: ({ port, tls, mechanism, username, password, host, ca, content, from, to }) =>
      run('curl', [
        ...['--silent', '--show-error', '--max-time', '20', '--cacert', ca, '--resolve', `${host}:${port}:127.0.0.1`],
        ...[`${tls === 'implicit' ? 'smtps' : 'smtp'}://${host}:${port}/client.example.com`, '--ssl-reqd'],
        ...['--user', `${username}:${password}`, '--login-options', `AUTH=${mechanism}`],
        ...['--mail-from', from, '--mail-rcpt', to, '--upload-file', '-'],
      ], content),
  },
  {
    name: 'swaks',
    send: ({ port, tls, mechanism, username, password, host, ca, content, from, to }) =>
      run('swaks', [
        ...['--server', `127.0.0.1:${port}`, '--helo', 'client.example.com', '--timeout', '20', '--silent', '1'],
        ...[tls === 'implicit' ? '--tls-on-connect' : '--tls', '--tls-ca-path', ca, '--tls-verify', '--tls-sni', host],
        ...['--auth', mechanism, '--auth-user', username, '--auth-password', password],
        ...['--from', from, '--to', to, '--data', '@-'],
      ], content.replace(/\r\n$/, '')), // swaks ends the last line itself
  },
  smtplib('initial'),
  smtplib('challenge'),
];
