// The value types that are texts: names, paths, words out of a fixed set, and lists of log targets.

import { parseIpAddress } from '../mail/ip-address.ts';
import { parsed, problem } from '../mail/parsed.ts';
import { quote, type ValueType } from './value-type.ts';

/** AMQP 0-9-1 short strings, which names are, hold at most 255 bytes. */
const LONGEST_NAME = 255;
/** RFC 1035 section 2.3.4; without the final dot. */
const LONGEST_HOST_NAME = 253;
const HOST_LABEL = '[A-Za-z0-9_](?:[A-Za-z0-9_-]{0,61}[A-Za-z0-9_])?';
const HOST_NAME = new RegExp(`^${HOST_LABEL}(?:\\.${HOST_LABEL})*$`);

/** One word out of a set; upper and lower case are the same. */
export function choice<const Word extends string>(...words: readonly Word[]): ValueType<Word> {
  const [last = '', ...before] = [...words].reverse();
  return {
    accepts: before.length === 0 ? last : `${before.reverse().join(', ')} or ${last}`,
    parse(text) {
      const word = words.find((candidate) => candidate === text.toLowerCase());
      return word === undefined ? problem(`${quote(text)} is not one of these`) : parsed(word);
    },
  };
}

/** Any of a set of words, each once, in the order of the set; upper and lower case are the same. */
export function choices<const Word extends string>(...words: readonly Word[]): ValueType<readonly Word[]> {
  return {
    accepts: `a comma separated list of ${words.join(', ')}`,
    whenEmpty: [],
    parse(text) {
      const given = text.toLowerCase().split(',').map((element) => element.trim());
      const wrong = given.find((element) => !words.some((word) => word === element));
      if (wrong !== undefined) return problem(`${quote(wrong)} is not one of these`);
      return parsed(words.filter((word) => given.includes(word)));
    },
  };
}

/** Another host: its name or its IP address. */
export function hostOrAddress(): ValueType<string> {
  const { parse } = hostName();
  return {
    accepts: 'a host name or an IP address',
    parse(text) {
      if (parseIpAddress(text) !== undefined) return parsed(text);
      return parse(text).ok ? parsed(text) : problem(`${quote(text)} is neither`);
    },
  };
}

/** The name under which this host greets. Underscores pass: container platforms put them into host names. */
export function hostName(): ValueType<string> {
  return {
    accepts: 'a host name as in mx1.example.com',
    parse(text) {
      const fits = HOST_NAME.test(text) && text.length <= LONGEST_HOST_NAME;
      return fits ? parsed(text) : problem(`${quote(text)} is not a host name`);
    },
  };
}

/** The name of a queue. */
export function queueName(): ValueType<string> {
  return {
    accepts: `a queue name of at most ${LONGEST_NAME} bytes that does not start with "amq."`,
    parse(text) {
      // RabbitMQ refuses to declare amq.*: the names are its own (AMQP 0-9-1, queue.declare).
      const fits = Buffer.byteLength(text) <= LONGEST_NAME && !text.startsWith('amq.');
      return fits ? parsed(text) : problem(`${quote(text)} is not such a name`);
    },
  };
}

/** The name of an exchange; `amq.*` names an exchange that the broker brings along. */
export function exchangeName(): ValueType<string> {
  return {
    accepts: `an exchange name of at most ${LONGEST_NAME} bytes`,
    parse(text) {
      const fits = Buffer.byteLength(text) <= LONGEST_NAME;
      return fits ? parsed(text) : problem(`${quote(text)} is not such a name`);
    },
  };
}

/** A path, relative to the working directory; the file need not exist. */
export function path(): ValueType<string> {
  return { accepts: 'a path', parse: (text) => parsed(text) };
}

/** The path of a file that must be there and readable. */
export function readablePath(): ValueType<string> {
  return { accepts: 'the path of a readable file', readable: true, parse: (text) => parsed(text) };
}

/** Targets of the event log. */
export function logTargets(): ValueType<readonly string[]> {
  return {
    accepts: 'a comma separated list of stdout, stderr and file paths',
    parse(text) {
      const targets = text.split(',').map((target) => target.trim());
      if (targets.includes('')) return problem(`${quote(text)} has an empty element`);
      // MailerQ knows this word; taken for a path it would quietly become a file of that name.
      if (targets.includes('syslog')) return problem('"syslog" is not supported (./syslog would name a file)');
      return parsed([...new Set(targets)]);
    },
  };
}

/** Any text. */
export function text(accepts: string): ValueType<string> {
  return { accepts, parse: (given) => parsed(given) };
}

/** Texts without blanks in them. */
export function words(accepts: string): ValueType<readonly string[]> {
  return { accepts, parse: (given) => parsed(given.split(/[ \t]+/)) };
}
