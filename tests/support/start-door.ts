// An SMTP door on a free loopback port, with the real pipeline behind it and an outlet that records.
import type { Authenticator } from '../../src/auth/authenticator.ts';
import { createMessageIds } from '../../src/mail/message-id.ts';
import { ClientGate, type ClientRules } from '../../src/net/client-gate.ts';
import type { Room } from '../../src/net/content-room.ts';
import { SessionPlaces, type SessionPlacesOptions } from '../../src/net/session-places.ts';
import { createPipeline, type Pipeline } from '../../src/pipeline/ingest.ts';
import type { PipelineSettings } from '../../src/pipeline/draft.ts';
import { listenSmtp, type SmtpDoor } from '../../src/smtp/listener.ts';
import type { SessionDependencies, SessionTls } from '../../src/smtp/session-dependencies.ts';
import { createRecordingLog, type RecordingLog } from './recording-log.ts';
import { createRecordingOutlet, type RecordingOutlet } from './recording-outlet.ts';
import { ampleRoom } from './rooms.ts';
import { SmtpClient } from './smtp-client.ts';

/** The name the door greets with. */
export const DOOR_NAME = 'mx.example.com';

/** What a test may set; everything else has a default. */
export interface DoorOptions {
  readonly settings?: Partial<SessionDependencies['settings']>;
  readonly pipelineSettings?: Partial<PipelineSettings>;
  /** Replaces verbs of the real pipeline. */
  readonly pipeline?: Partial<Pipeline>;
  readonly isAllowed?: ClientRules['isAllowed'];
  /** Further rules of the accept phase; by default there are no proxies, no blocked addresses and no cap. */
  readonly rules?: Partial<Omit<ClientRules, 'isAllowed'>>;
  readonly greetingName?: SessionDependencies['greetingName'];
  readonly places?: SessionPlacesOptions | SessionPlaces;
  /** Room for content; more than enough unless given. */
  readonly room?: Room;
  /** Ports to open; by default one that the system chooses. */
  readonly ports?: readonly number[];
  /** Who may log in; without it nobody has to. */
  readonly authenticator?: (log: RecordingLog) => Promise<Authenticator>;
  /** A certificate; without one there is no TLS. */
  readonly tls?: SessionTls;
  /** Ports with TLS from the first byte, behind the others. */
  readonly securePorts?: readonly number[];
}

/** A door with everything around it in a test's hands. */
export interface StartedDoor {
  readonly port: number;
  readonly door: SmtpDoor;
  readonly outlet: RecordingOutlet;
  readonly log: RecordingLog;
  readonly places: SessionPlaces;
  readonly gate: ClientGate;
  /** Connects a client, to the first port unless told; it is closed with the door. */
  connect(to?: number): Promise<SmtpClient>;
  /** Connects, reads the greeting and says EHLO. */
  greeted(): Promise<SmtpClient>;
  /** Resolves when no session and no place is left; rejects when that takes too long. */
  empty(): Promise<void>;
}

/** Opens a door, runs `body` with it, and closes it with all its clients. */
export async function withDoor(options: DoorOptions, body: (started: StartedDoor) => Promise<void>): Promise<void> {
  const outlet = createRecordingOutlet();
  const log = createRecordingLog();
  const given = options.places ?? { limit: 1000, waitMs: 60_000 };
  const places = given instanceof SessionPlaces ? given : new SessionPlaces(given);
  const gate = createGate(options);
  const door = await openDoor(options, { outlet, log, places, gate });
  const port = door.bound[0]?.port ?? 0;
  const clients: SmtpClient[] = [];
  const connect = async (to = port) => {
    const client = await SmtpClient.connect(to);
    clients.push(client);
    return client;
  };
  const greeted = async () => {
    const client = await connect();
    await client.reply();
    await client.ask('EHLO client.example.com');
    return client;
  };
  try {
    const empty = () => untilEmpty({ door, places, gate });
    await body({ port, door, outlet, log, places, gate, connect, greeted, empty });
  } finally {
    outlet.release();
    for (const client of clients) client.close();
    await door.close();
  }
}

function createGate({ isAllowed = () => true, rules }: DoorOptions): ClientGate {
  const defaults = { proxies: [], headerTimeoutMs: 60_000, isBlocked: () => false, maxPerAddress: 0 };
  return new ClientGate({ ...defaults, isAllowed, ...rules });
}

async function openDoor(
  options: DoorOptions,
  { outlet, log, places, gate }: Pick<StartedDoor, 'outlet' | 'log' | 'places' | 'gate'>,
): Promise<SmtpDoor> {
  const authenticator = await options.authenticator?.(log);
  const { settings, pipelineSettings, pipeline, greetingName = () => DOOR_NAME, tls } = options;
  const { ports = [0], securePorts = [], room = ampleRoom() } = options;
  const real = createPipeline({
    settings: {
      addressPolicy: 'strict',
      lineEndings: 'reject',
      eightBit: 'base64',
      addReceived: false,
      inbox: 'inbox',
      requiresAuthentication: authenticator !== undefined,
      ...pipelineSettings,
    },
    outlet,
    log,
    nextId: createMessageIds(0, 0),
  });
  return await listenSmtp({
    pipeline: { ...real, ...pipeline },
    log,
    greetingName,
    gate,
    places,
    authenticator,
    room,
    contentWeight: 1,
    tls,
    settings: {
      maxBytes: 1_000_000,
      maxRecipients: 1000,
      maxMessages: 0,
      offerDsn: true,
      barePaths: pipelineSettings?.addressPolicy === 'loose',
      idleTimeoutMs: 60_000,
      dataTimeoutMs: 60_000,
      greetingDelayMs: 0,
      ...settings,
    },
  }, { addresses: ['127.0.0.1'], ports, securePorts });
}

const EMPTY_DEADLINE_MS = 5000;
const LOOK_AGAIN_MS = 5;

/** A session ends when the kernel says so; there is no event to await from outside. */
async function untilEmpty(
  { door, places, gate }: Pick<StartedDoor, 'door' | 'places' | 'gate'>,
): Promise<void> {
  const deadline = Date.now() + EMPTY_DEADLINE_MS;
  while (door.sessions() > 0 || places.taken > 0 || gate.addresses > 0) {
    if (Date.now() > deadline) {
      const left = `${door.sessions()} sessions, ${places.taken} places, ${gate.addresses} addresses`;
      throw new Error(`Left over: ${left}`);
    }
    await new Promise((resolve) => setTimeout(resolve, LOOK_AGAIN_MS));
  }
}
