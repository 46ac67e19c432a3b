import Capture from './capture.ts';
import Check from './check.ts';
import Compile from './compile.ts';
import Drift from './drift.ts';
import Explain from './explain.ts';
import Review from './review.ts';
import RouteTest from './route/test.ts';
import Route from './route.ts';
import Status from './status.ts';
import Verify from './verify.ts';

/** Every command by its id, explicitly. A command's file is thin; what it needs is imported when it runs. */
export const COMMANDS = {
  capture: Capture,
  check: Check,
  compile: Compile,
  drift: Drift,
  route: Route,
  'route:test': RouteTest,
  explain: Explain,
  review: Review,
  status: Status,
  verify: Verify,
};
