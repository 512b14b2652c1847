// What is compared: something that takes messages, and the place where they must be found afterwards.

/** What one run sends. */
export interface Load {
  /** Of the body, by the message. */
  readonly bytes: number;
  readonly sessions: number;
  readonly messages: number;
  /** Whether every message has a connection of its own. */
  readonly reconnect?: boolean;
  /** Recipients of each message; one where it is not given. */
  readonly recipients?: number;
  /** A file with the whole message, in the place of a generated one. */
  readonly file?: string;
  readonly from?: string;
}

/** Where accepted messages lie. */
export interface Store {
  count(): Promise<number>;
  clear(): Promise<void>;
}

/** A server, or a publisher, under measurement. */
export interface Contender {
  readonly name: string;
  /** The first process of its tree. */
  readonly pid: number;
  /** Where it listens for SMTP; undefined for what is no server. */
  readonly port: number | undefined;
  /** Undefined for what keeps nothing. */
  readonly store: Store | undefined;
  /** Sends everything and resolves when the last message has been accepted; rejects when one was not. */
  send(load: Load): Promise<void>;
  stop(): Promise<void>;
}

/** What contenders are started with. */
export interface Surroundings {
  /** Of RabbitMQ. */
  readonly amqpUrl: string;
  /** A directory of its own, removed at the end. */
  readonly directory: string;
  /** The store of a queue of RabbitMQ, which is declared at once. */
  openQueue(name: string): Promise<Store>;
}
