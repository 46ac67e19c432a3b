import { nearest } from '../source/nearest.ts';

/** What follows the error of a command that there is not: the one that was meant, where one is like it, and how to see all. */
export function mistypedCommand(wrong: string, commands: readonly string[]): string {
  const [near] = nearest(wrong, commands, 1);
  return `${near === undefined ? '' : `; did you mean ${near}?`}\nkubectl mesh --help lists the commands.`;
}
