// What the program says about a command that it does not have.

import { nearestName } from '../config/nearest-name.ts';

/** The line on stderr, with the command that was probably meant. */
export function toUnknownCommand(name: string, commands: Iterable<string>): string {
  const nearest = nearestName(name, commands);
  return `mailchute: unknown command '${name}', the nearest known one is ${nearest}; 'mailchute help' lists all\n`;
}
