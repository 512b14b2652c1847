// The ports of a gateway with workers: opened once in the first process, which hands every connection to one of them.

import { createServer, type Server, type Socket } from 'node:net';
import { capConnections } from './cap-connections.ts';
import { type BoundAddress, type Listen, listenOn, type ListenTarget } from '../net/listen.ts';
import type { Log } from '../telemetry/log.ts';

/** A connection on its way to a worker. */
export interface Arrival {
  /** The number of the port it came to. */
  readonly door: number;
  readonly socket: Socket;
}

/** A port. */
export interface RelayDoor {
  readonly door: number;
  readonly bound: BoundAddress;
}

/** What the relay needs. */
export interface DoorRelayOptions {
  readonly log: Log;
  /** Hands a connection to a worker; false when none can take it now. */
  readonly handOver: (arrival: Arrival) => boolean;
}

// Connections that wait while no worker is there or takes more: a few times what the system keeps for a listener.
const MOST_WAITING = 4096;

/** Opens ports when the first worker asks for them, and keeps them open whatever becomes of the workers. */
export class DoorRelay {
  readonly #log: Log;
  readonly #handOver: (arrival: Arrival) => boolean;
  readonly #listenOn: Listen;
  readonly #doors = new Map<string, Promise<RelayDoor>>();
  readonly #servers: Server[] = [];
  readonly #waiting: Arrival[] = [];
  #isClosed = false;

  constructor({ log, handOver }: DoorRelayOptions) {
    this.#log = log;
    this.#handOver = handOver;
    this.#listenOn = capConnections(listenOn, { log });
  }

  /** Opens the port, unless that has been done for another worker; rejects as `listenOn` does. */
  open(target: ListenTarget): Promise<RelayDoor> {
    const key = [target.door, target.portKey, target.address, target.port].join(' ');
    const door = this.#doors.get(key) ?? this.#listen(target);
    this.#doors.set(key, door);
    return door;
  }

  /** Hands a connection over, or keeps it until a worker is there. */
  give(arrival: Arrival): void {
    if (!this.#isClosed && this.#waiting.length === 0 && this.#handOver(arrival)) return;
    if (this.#isClosed || this.#waiting.length >= MOST_WAITING) arrival.socket.destroy();
    else this.#waiting.push(arrival);
  }

  /** Hands over what has waited for a worker, first come, first served. */
  resume(): void {
    for (let next = this.#waiting[0]; next !== undefined; next = this.#waiting[0]) {
      if (!this.#handOver(next)) return;
      this.#waiting.shift();
    }
  }

  /** Closes the ports, and the connections that no worker has yet. */
  close(): void {
    this.#isClosed = true;
    for (const server of this.#servers) server.close();
    for (const { socket } of this.#waiting.splice(0)) socket.destroy();
  }

  async #listen(target: ListenTarget): Promise<RelayDoor> {
    const door = this.#servers.length;
    // Nothing is read here: the worker gets every byte. What the client closes is the worker's affair, too.
    const server = createServer({ pauseOnConnect: true, allowHalfOpen: true }, (socket) => {
      socket.on('error', () => {});
      this.give({ door, socket });
    });
    this.#servers.push(server);
    const bound = await this.#listenOn(server, target);
    // Failed accepts, as when descriptors run out.
    server.on('error', (error) => this.#log.emit('gateway.fault', { door: target.door, error: String(error) }));
    return { door, bound };
  }
}
