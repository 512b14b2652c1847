// Measures the HTTP door on a RabbitMQ of its own against a bare Hono handler that publishes with the same confirms (`npm run bench:http`).
import { type ChildProcess, execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { join, resolve } from 'node:path';
import process from 'node:process';
import { parseArgs, promisify } from 'node:util';
import { removeGateway, startGateway } from '../../tests/support/gateway.ts';
import { startRabbitmq } from '../../tests/support/rabbitmq.ts';
import type { HttpLoad, HttpLoadResult } from './http/load.ts';
import { Cleanup } from './cleanup.ts';
import { openQueueDesk } from './broker.ts';
import { readTree } from './process-tree.ts';
import { median, pairedRatio, spreadPercent } from './statistics.ts';
import type { Store } from './contender.ts';

const USAGE = `node scripts/bench/http.ts [options]
  --rounds N        rounds, each of which measures everything once (7)
  --seconds N       of one measurement (3)
  --bytes N         of a message (4096)
  --connections N   at once (32)
  --lines N         in a request of NDJSON (100)
  --program PATH    the gateway's executable (the sources on this Node)
  --json            figures as JSON
`;

const { values } = parseArgs({
  options: {
    rounds: { type: 'string', default: '7' },
    seconds: { type: 'string', default: '3' },
    bytes: { type: 'string', default: '4096' },
    connections: { type: 'string', default: '32' },
    lines: { type: 'string', default: '100' },
    program: { type: 'string' },
    json: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const root = resolve(import.meta.dirname, '../..');
const [rounds, seconds, bytes, connections, lines] = readNumbers();

/** One of the things that are compared. */
interface Contender {
  readonly name: string;
  readonly pid: number;
  readonly queue: Store;
  readonly load: HttpLoad;
  readonly samples: Sample[];
}

/** One measurement. */
interface Sample extends HttpLoadResult {
  /** Messages a second. */
  readonly rate: number;
  /** Milliseconds of a core that the server took for a message. */
  readonly serverCpu: number;
}

const WARM_SECONDS = 10;

const say = (text: string) => void process.stderr.write(`${text}\n`);

function readNumbers(): [number, number, number, number, number] {
  const read = (name: 'rounds' | 'seconds' | 'bytes' | 'connections' | 'lines') => {
    const value = Number(values[name]);
    if (!(value > 0)) throw new Error(`--${name} has to be a number above 0, not ${values[name]}`);
    return value;
  };
  return [read('rounds'), read('seconds'), read('bytes'), read('connections'), read('lines')];
}

/** The bare handler in a process of its own. */
async function startBareDoor(
  url: string,
  queue: string,
): Promise<{ readonly port: number; readonly child: ChildProcess }> {
  const program = join(root, 'scripts/bench/http/bare-door.ts');
  const child = spawn(process.execPath, [program, url, queue], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = await once(child.stdout, 'data');
  return { port: Number(String(line)), child };
}

async function measure({ load, pid }: Contender): Promise<Sample> {
  const program = join(root, 'scripts/bench/http/load.ts');
  const before = readTree(pid).cpuUs;
  const { stdout } = await promisify(execFile)(process.execPath, [program, JSON.stringify(load)]);
  const result = JSON.parse(stdout) as HttpLoadResult;
  const serverCpu = (readTree(pid).cpuUs - before) / result.messages / 1000;
  return { ...result, rate: result.messages / result.seconds, serverCpu };
}

/** Every contender once a round, each in every place of the order. */
async function runRounds(contenders: readonly Contender[]): Promise<void> {
  for (const contender of contenders) {
    // What a compiler makes of much code takes longer than what it makes of little.
    await measure({ ...contender, load: { ...contender.load, seconds: WARM_SECONDS } });
    await contender.queue.clear();
  }
  for (let round = 0; round < rounds; round++) {
    const order = [...contenders];
    order.push(...order.splice(0, round % order.length));
    for (const contender of order) {
      const sample = await measure(contender);
      contender.samples.push(sample);
      await contender.queue.clear();
      say(
        `round ${round + 1}: ${contender.name} ${Math.round(sample.rate)}/s, clients ${
          sample.clientCpu.toFixed(2)
        } of a core`,
      );
    }
  }
}

interface Row {
  readonly name: string;
  readonly 'messages/s': number;
  readonly 'noise %': number;
  readonly 'times bare': number;
  readonly 'p50 ms': number;
  readonly 'p99 ms': number;
  readonly 'server ms/message': number;
  /** What the clients took: near 1 they are what is measured. */
  readonly 'client cores': number;
}

function toRow({ name, samples }: Contender, [bare]: readonly Contender[]): Row {
  const valuesOf = (metric: keyof Sample, of = samples) => of.map((sample) => sample[metric]);
  const middle = (metric: keyof Sample, digits: number) => Number(median(valuesOf(metric)).toFixed(digits));
  const rates = valuesOf('rate');
  return {
    name,
    'messages/s': middle('rate', 0),
    'noise %': Number(spreadPercent(rates).toFixed(1)),
    'times bare': Number(pairedRatio(rates, valuesOf('rate', bare?.samples)).toFixed(2)),
    'p50 ms': middle('p50Ms', 2),
    'p99 ms': middle('p99Ms', 2),
    'server ms/message': middle('serverCpu', 3),
    'client cores': middle('clientCpu', 2),
  };
}

function report(contenders: readonly Contender[]): void {
  const rows = contenders.map((contender) => toRow(contender, contenders));
  const figures = { rounds, seconds, bytes, connections, lines, rows };
  if (values.json) process.stdout.write(`${JSON.stringify(figures, null, 2)}\n`);
  else console.table(rows);
}

async function main(): Promise<void> {
  if (values.help) return void process.stdout.write(USAGE);
  const cleanup = new Cleanup();
  try {
    const broker = await startRabbitmq();
    cleanup.add(() => broker.stop());
    const desk = await openQueueDesk(broker);
    cleanup.add(() => desk.close());
    const bare = await startBareDoor(broker.url, 'bare');
    cleanup.add(() => bare.child.kill('SIGKILL'));
    const directory = cleanup.makeDirectory();
    const gateway = await startGateway({
      directory,
      command: values.program === undefined ? [process.execPath, join(root, 'src/main.ts')] : [resolve(values.program)],
      config: {
        'rabbitmq-address': broker.url,
        'rabbitmq-inbox': 'door',
        'application-log': join(directory, 'application.log'),
      },
    });
    cleanup.add(() => removeGateway(gateway));
    const load = { connections, seconds, bytes };
    const { pid = 0 } = gateway.process;
    const { http: port } = gateway.ports;
    const queue = await desk.open('door');
    const contenders: Contender[] = [
      {
        name: 'bare Hono, JSON',
        pid: bare.child.pid ?? 0,
        queue: await desk.open('bare'),
        load: { ...load, port: bare.port },
        samples: [],
      },
      { name: 'the door, JSON', pid, queue, load: { ...load, port }, samples: [] },
      { name: 'the door, NDJSON', pid, queue, load: { ...load, port, lines }, samples: [] },
    ];
    await runRounds(contenders);
    report(contenders);
  } finally {
    await cleanup.run();
  }
}

await main();
