// What a process takes of something that another process counts for all: a place, a connection of an address, a login, room.

/** Facts that go with a hold, in either direction. */
export type HoldFacts = Readonly<{ [name: string]: string | number | boolean }>;

/** What is taken. */
export interface HoldRequest {
  readonly what: 'place' | 'place-when-free' | 'http-place' | 'address' | 'login' | 'room' | 'room-when-free';
  /** The client's address; of room the number of bytes; empty for a place, which is like any other. */
  readonly key: string;
}

/** Something taken, to be given back once. */
export interface Hold {
  readonly facts: HoldFacts;
  release(facts?: HoldFacts): void;
}

/** The answer to a request. */
export type HoldAnswer =
  | { readonly granted: true; readonly hold: Hold }
  | { readonly granted: false; readonly facts: HoldFacts };

/** Asks for a hold. Never rejects; an aborted signal withdraws the request, and the answer is then a refusal. */
export type TakeHold = (request: HoldRequest, signal?: AbortSignal) => Promise<HoldAnswer>;
