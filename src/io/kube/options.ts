/** How to reach the API server: kubectl's global flags of the same names, and the process's environment. */
export interface KubeOptions {
  kubeconfig?: string;
  context?: string;
  cluster?: string;
  user?: string;
  /** `--as`, `--as-group` (each one), `--as-uid`. */
  as?: string;
  asGroups?: string[];
  asUid?: string;
  /** `--request-timeout`: `30s`, `1m30s`, or seconds; `0` for none. */
  requestTimeout?: string;
  /** How long a server may send nothing before it counts as gone; 30 s. */
  idleMs?: number;
  /** Longest pause before the first repetition of a request; 250 ms. It doubles each time. */
  backoffMs?: number;
  /** What pauses vary by; `Math.random`. */
  random?: () => number;
  /** Defaults to `process.env`. */
  env?: NodeJS.ProcessEnv;
}

/** Which proxies to examine. The objects of the whole cluster are read all the same: config of any namespace may apply. */
export interface ProxySelection {
  /** `-n`; undefined: all namespaces. */
  namespace?: string;
  /** `-l`: a label selector as kubectl has it. */
  selector?: string;
  /** `--proxy NS/POD`; the namespace may be left out where `namespace` is given. */
  proxies?: string[];
}

const unitMs: Record<string, number> = { h: 3_600_000, m: 60_000, s: 1000, ms: 1 };

/**
 * Milliseconds of a `--request-timeout`, 0 for none, undefined for what is not a duration.
 * Go's durations and plain seconds are read (client-go `ParseTimeout`).
 */
export function parseTimeout(text: string): number | undefined {
  if (/^\d+$/.test(text)) return Number(text) * 1000;
  if (!/^(\d+(\.\d+)?(h|ms|m|s))+$/.test(text)) return undefined;
  let sum = 0;
  for (const [, amount, unit] of text.matchAll(/(\d+(?:\.\d+)?)(h|ms|m|s)/g))
    sum += Number(amount) * unitMs[unit ?? 's']!;
  return sum;
}
