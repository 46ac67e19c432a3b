import { fileURLToPath } from 'node:url';
import { setFlagsFromString } from 'node:v8';
import { flush, run as runCommand, settings } from '@oclif/core';
import { exitCodes } from '../src/app/exit-code.ts';
import { mistypedCommand } from '../src/app/mistyped-command.ts';
import { plain } from '../src/report/plain.ts';
import { COMMANDS } from './index.ts';

/**
 * Runs one command line. Exit codes: those of the command (0 clean, 1 found), 2 for whatever kept it from completing,
 * a mistake in the command line among it: 1 must mean "found something" and nothing else.
 */
export async function run(argv: string[]): Promise<void> {
  // Memory before speed: V8 lets a heap grow to a multiple of what is alive, and dumps are short-lived. Measured in bench/.
  setFlagsFromString('--heap-growing-percent=30');
  // Files of others may hold this key: it is one like any other, and leads to no prototype.
  Reflect.deleteProperty(Object.prototype, '__proto__');
  settings.enableAutoTranspile = false;
  process.env['SHELL'] ??= process.env['COMSPEC'];
  // A reader that has seen enough (`| head`) closes the pipe: that is no failure of ours.
  // It stands before oclif's own listener, which throws.
  process.stdout.prependListener('error', (error: NodeJS.ErrnoException) => {
    if (error.code === 'EPIPE') process.exit(process.exitCode ?? exitCodes.clean);
    process.stderr.write(`error: stdout cannot be written: ${plain(error.message)}\n`);
    process.exit(exitCodes.incomplete);
  });
  // As much for what is told on stderr: the exit code tells the rest.
  process.stderr.on('error', () => undefined);
  try {
    await runCommand(argv, { root: fileURLToPath(new URL('..', import.meta.url)) });
    await flush();
  } catch (error) {
    process.exitCode = failure(error);
  }
}

/** Prints an error for people and returns the exit code. */
function failure(error: unknown): number {
  const { oclif, name, message, stack, showHelp } = error as Error & { oclif?: { exit?: number }; showHelp?: boolean };
  // What was stopped by Ctrl-C, in whatever words: nothing is wrong.
  if (name === 'AbortError') {
    process.stderr.write('error: interrupted\n');
    return exitCodes.incomplete;
  }
  const code = oclif?.exit;
  if (code === exitCodes.clean || (code === exitCodes.found && message.startsWith('EEXIT'))) return code;
  if (message.startsWith('EEXIT')) return code ?? exitCodes.incomplete;
  const wrong = /^command (\S+) not found$/.exec(message)?.[1];
  const hint = wrong === undefined ? '' : mistypedCommand(wrong, Object.keys(COMMANDS));
  process.stderr.write(`error: ${plain(message.replaceAll('\t', '  ') + hint, true)}\n`);
  const expected = oclif !== undefined || showHelp || (error as { expected?: boolean }).expected === true;
  if (!expected)
    process.stderr.write(`${plain(stack ?? '', true)}\nThis is a fault of kubectl mesh itself; please report it.\n`);
  return exitCodes.incomplete;
}
