// Names the frames of an AMQP 0-9-1 connection as they pass: the steps at which a line can fail.
import { Buffer } from 'node:buffer';

// Class and method as in the specification, section 1.8.
const METHODS = {
  '10.10': 'connection.start',
  '10.11': 'connection.start-ok',
  '10.30': 'connection.tune',
  '10.31': 'connection.tune-ok',
  '10.40': 'connection.open',
  '10.41': 'connection.open-ok',
  '20.10': 'channel.open',
  '20.11': 'channel.open-ok',
  '20.40': 'channel.close',
  '20.41': 'channel.close-ok',
  '50.10': 'queue.declare',
  '50.11': 'queue.declare-ok',
  '85.10': 'confirm.select',
  '85.11': 'confirm.select-ok',
  '60.40': 'basic.publish',
  '60.80': 'basic.ack',
} as const;

/** A frame by its name; others are `other`. */
export type Step = typeof METHODS[keyof typeof METHODS] | 'greeting' | 'content header' | 'content body' | 'other';

/** Every step of a connection that publishes. */
export const STEPS: readonly Step[] = ['greeting', ...Object.values(METHODS), 'content header', 'content body'];

const GREETING_BYTES = 8;
// Type, channel and length before the payload, the end mark behind it.
const [HEAD_BYTES, MARK_BYTES] = [7, 1];
const [METHOD, HEADER, BODY] = [1, 2, 3];

/** Cuts one direction of a connection into named frames; the client's begins with the greeting. */
export function createStepReader(isClient: boolean): (chunk: Uint8Array) => { step: Step; bytes: Buffer }[] {
  let rest = Buffer.alloc(0);
  let isGreeting = isClient;
  return (chunk) => {
    rest = Buffer.concat([rest, chunk]);
    const frames: { step: Step; bytes: Buffer }[] = [];
    while (rest.length >= (isGreeting ? GREETING_BYTES : HEAD_BYTES)) {
      const length = isGreeting ? GREETING_BYTES : HEAD_BYTES + rest.readUInt32BE(3) + MARK_BYTES;
      if (rest.length < length) break;
      const bytes = rest.subarray(0, length);
      frames.push({ step: isGreeting ? 'greeting' : nameStep(bytes), bytes });
      rest = rest.subarray(length);
      isGreeting = false;
    }
    return frames;
  };
}

function nameStep(frame: Buffer): Step {
  const type = frame[0];
  if (type === HEADER) return 'content header';
  if (type === BODY) return 'content body';
  if (type !== METHOD) return 'other';
  const method = `${frame.readUInt16BE(HEAD_BYTES)}.${frame.readUInt16BE(HEAD_BYTES + 2)}`;
  return Object.entries(METHODS).find(([number]) => number === method)?.[1] ?? 'other';
}
