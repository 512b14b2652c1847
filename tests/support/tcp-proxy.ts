// A TCP proxy between a client and a real server whose line can be disturbed on command, for tests of lost and late answers.
//
//   const proxy = await startTcpProxy({ port: broker.port });   connect the client to proxy.port (127.0.0.1)
//   proxy.withhold()         bytes from the server to the client are kept back, on open and on new connections;
//                            bytes from the client still reach the server
//   await proxy.withheld()   resolves when something is being kept back, so a test need not sleep
//   proxy.release()          sends on what was kept back, in order, and lets everything through again
//   proxy.hold()             bytes from the client are left unread, and new connections wait
//   proxy.letGo()            reads on
//   proxy.cut()              breaks every connection (what was kept back is lost) and refuses new ones
//   proxy.resume()           accepts connections again after cut()
//   proxy.connections        number of open connections
//   await proxy.connected(n) resolves when the n-th connection since the start has been accepted and bridged
//   await proxy.close()      breaks everything and gives the port back

import { once } from 'node:events';
import { connect, createServer, type Server, type Socket } from 'node:net';
import { portOf } from './free-port.ts';

/** Where the proxy leads to. */
export interface TcpProxyOptions {
  /** Host of the server; loopback when not given. */
  readonly host?: string;
  readonly port: number;
}

interface Bridge {
  readonly client: Socket;
  readonly server: Socket;
  /** Bytes from the server that the client has not been given. */
  kept: Uint8Array[];
  ended: boolean;
}

/** A running proxy; see the head of this file. */
export class TcpProxy {
  readonly #target: Required<TcpProxyOptions>;
  readonly #listener: Server;
  readonly #bridges = new Set<Bridge>();
  #waiters: { isMet: () => boolean; resolve: () => void }[] = [];
  #accepted = 0;
  #withholding = false;
  #holding = false;
  #refusing = false;

  constructor({ host = '127.0.0.1', port }: TcpProxyOptions) {
    this.#target = { host, port };
    this.#listener = createServer((client) => this.#bridge(client));
  }

  async listen(): Promise<this> {
    this.#listener.listen(0, '127.0.0.1');
    await once(this.#listener, 'listening');
    return this;
  }

  get port(): number {
    return portOf(this.#listener);
  }

  get connections(): number {
    return this.#bridges.size;
  }

  withhold(): void {
    this.#withholding = true;
  }

  withheld(): Promise<void> {
    return this.#until(() => [...this.#bridges].some(({ kept }) => kept.length > 0));
  }

  release(): void {
    this.#withholding = false;
    for (const bridge of this.#bridges) {
      for (const chunk of bridge.kept.splice(0)) bridge.client.write(chunk);
      if (bridge.ended) bridge.client.end();
    }
  }

  hold(): void {
    this.#holding = true;
    for (const { client } of this.#bridges) client.pause();
  }

  letGo(): void {
    this.#holding = false;
    for (const { client } of this.#bridges) client.resume();
  }

  cut(): void {
    this.#refusing = true;
    for (const { client, server } of this.#bridges) {
      client.resetAndDestroy();
      server.destroy();
    }
    this.#bridges.clear();
  }

  resume(): void {
    this.#refusing = false;
  }

  connected(count: number): Promise<void> {
    return this.#until(() => this.#accepted >= count);
  }

  async close(): Promise<void> {
    this.cut();
    const closed = once(this.#listener, 'close');
    this.#listener.close();
    await closed;
  }

  #bridge(client: Socket): void {
    if (this.#refusing) {
      client.on('error', () => {});
      client.resetAndDestroy();
      return;
    }
    // Neither side may wait for the other's acknowledgement: the tests look at single small packets.
    const server = connect({ ...this.#target, noDelay: true });
    client.setNoDelay(true);
    const bridge: Bridge = { client, server, kept: [], ended: false };
    this.#bridges.add(bridge);
    client.on('data', (chunk) => server.write(chunk));
    if (this.#holding) client.pause();
    client.on('end', () => server.end());
    server.on('connect', () => {
      this.#accepted += 1;
      this.#notify();
    });
    server.on('data', (chunk) => this.#pass(bridge, chunk));
    server.on('end', () => {
      bridge.ended = true;
      if (bridge.kept.length === 0) client.end();
    });
    for (const [socket, other] of [[client, server], [server, client]] as const) {
      socket.on('error', () => other.destroy());
      socket.on('close', () => {
        if (socket === client) this.#bridges.delete(bridge);
        if (bridge.kept.length === 0) other.end();
      });
    }
  }

  #pass(bridge: Bridge, chunk: Uint8Array): void {
    if (this.#withholding) {
      bridge.kept.push(chunk);
      this.#notify();
    } else {
      bridge.client.write(chunk);
    }
  }

  #until(isMet: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      if (isMet()) resolve();
      else this.#waiters.push({ isMet, resolve });
    });
  }

  #notify(): void {
    this.#waiters = this.#waiters.filter(({ isMet, resolve }) => {
      if (isMet()) resolve();
      return !isMet();
    });
  }
}

/** Starts a proxy on a free port of loopback. */
export function startTcpProxy(options: TcpProxyOptions): Promise<TcpProxy> {
  return new TcpProxy(options).listen();
}
