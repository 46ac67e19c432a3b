import Capture from './capture.ts';
import Compile from './compile.ts';
import Drift from './drift.ts';

/** Every command by its id, explicitly. A command's file is thin; what it needs is imported when it runs. */
export const COMMANDS = {
  capture: Capture,
  compile: Compile,
  drift: Drift,
};
