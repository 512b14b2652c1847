// What a mail transfer agent under test is given to hand over to its smart host, and how its program is run.
import { spawn } from 'node:child_process';
import { once } from 'node:events';

/** What to send, and how to reach the smart host. */
export interface Handover {
  readonly port: number;
  readonly tls: 'none' | 'starttls' | 'implicit';
  /** Logs in with PLAIN when given. */
  readonly login?: { readonly username: string; readonly password: string } | undefined;
  /** The name in the smart host's certificate, and the path of the certificate that vouches for it. */
  readonly host: string;
  readonly ca: string;
  /** The message with the line ends of Unix, as programs give it to a sendmail command. */
  readonly content: string;
  readonly from: string;
  readonly to: string;
  /** The address on this host to connect from. */
  readonly source: string;
  /** A directory, with the certificate or nothing in it, for everything the agent needs; it may give it away to its own user. */
  readonly directory: string;
}

/** What an agent calls itself. */
export const SENDER_NAME = 'client.example.com';

const DEADLINE_MS = 30_000;

/** Runs a program with the message on its input; resolves to all it printed, rejects with that when it fails. */
export async function runSender(program: string, args: readonly string[], input: string): Promise<string> {
  const child = spawn(program, args, { timeout: DEADLINE_MS, killSignal: 'SIGKILL' });
  let said = '';
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => said += text);
  }
  child.stdin.on('error', () => {}); // a program that ended early is reported by its exit
  child.stdin.end(input);
  const [code] = await once(child, 'close');
  if (code !== 0) throw new Error(`${program}: ${said}`);
  return said;
}
